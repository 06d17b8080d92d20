//! Against a server that each test starts, and against ones that misbehave.

use super::*;
use bolt_base::{ManualClock, Rng, SystemClock};
use bolt_testkit::RedisServer;
use std::io::{Read, Write};
use std::net::TcpListener;

/// A server with nothing in it.
struct Server(RedisServer);

impl Server {
    fn start(arguments: &[&str]) -> Option<Self> {
        RedisServer::start(arguments).map(Self)
    }

    fn options(&self, namespace: &str) -> RedisOptions {
        // Long enough for a machine with other things to do.
        let timeout = Duration::from_secs(20);
        RedisOptions {
            timeout,
            ..RedisOptions::new(format!("127.0.0.1:{}", self.0.port()), namespace)
        }
    }

    fn store(&self, namespace: &str) -> Redis {
        connect(self.options(namespace)).unwrap()
    }

    /// Says something to the server as another program would.
    fn ask(&self, parts: &[&str]) -> Reply {
        let parts: Vec<&[u8]> = parts.iter().map(|part| part.as_bytes()).collect();
        self.store("").call(&parts).unwrap()
    }
}

fn connect(options: RedisOptions) -> Result<Redis, StoreError> {
    Redis::connect(options, Arc::new(SystemClock::default()))
}

#[track_caller]
fn remote<T: fmt::Debug>(result: Result<T, StoreError>) -> String {
    match result {
        Err(StoreError::Remote(told)) => told,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_value_is_found_until_it_is_replaced_or_removed() {
    let Some(server) = Server::start(&[]) else { return };
    let store = server.store("bolt");
    assert_eq!(store.get(b"a").unwrap(), None);
    let mut rng = Rng::new(1);
    let large: Vec<u8> = (0..3 << 20).map(|_| rng.next_u64() as u8).collect();
    for value in [&b"one"[..], b"", b"\r\n$5\r\n", &large] {
        store.put(b"a\r\n\0", value, None).unwrap();
        assert!(store.get(b"a\r\n\0").unwrap().as_deref() == Some(value));
    }
    assert!(store.remove(b"a\r\n\0").unwrap() && !store.remove(b"a\r\n\0").unwrap());
    assert_eq!(store.get(b"a\r\n\0").unwrap(), None);
    let StoreStats { hits, misses, writes, removed, errors, .. } = store.stats();
    assert_eq!((hits, misses, writes, removed, errors), (4, 2, 4, 1, 0));
}

#[test]
fn values_expire_on_the_server() {
    let Some(server) = Server::start(&[]) else { return };
    let store = server.store("bolt");
    store.put(b"own", b"1", None).unwrap();
    store.put(b"hour", b"1", Some(Duration::from_secs(3_600))).unwrap();
    store.put(b"ever", b"1", Some(Duration::MAX)).unwrap();
    for (key, most) in [("own", 300_000), ("hour", 3_600_000), ("ever", i64::MAX)] {
        let Reply::Integer(left) = server.ask(&["PTTL", &format!("bolt:{key}")]) else { panic!() };
        assert!(left <= most && left > most.min(1 << 40) - 60_000, "{key}: {left}");
    }
    store.put(b"short", b"1", Some(Duration::from_millis(1))).unwrap();
    while store.get(b"short").unwrap().is_some() {}
    store.put(b"own", b"2", Some(Duration::ZERO)).unwrap();
    assert_eq!(store.get(b"own").unwrap(), None, "never valid, and in place of what was");
}

#[test]
fn namespaces_and_databases_do_not_see_each_other() {
    let Some(server) = Server::start(&[]) else { return };
    let names = ["a", "b", "a*", "[ab]", "a\\", ""];
    let stores = names.map(|name| server.store(name));
    let other = connect(RedisOptions { database: 3, ..server.options("a") }).unwrap();
    for (store, name) in stores.iter().zip(names) {
        for key in 0..1_500u32 {
            store.put(&key.to_le_bytes(), name.as_bytes(), None).unwrap();
        }
    }
    other.put(b"key", b"of database 3", None).unwrap();
    server.ask(&["SET", "somebody else's", "1"]);
    for index in [2, 3, 4, 0, 5] {
        stores[index].clear().unwrap();
        assert_eq!(stores[index].get(&7u32.to_le_bytes()).unwrap(), None);
        assert_eq!(stores[index].stats().removed, 1_500, "{}", names[index]);
        assert_eq!(stores[1].get(&7u32.to_le_bytes()).unwrap().unwrap(), b"b");
    }
    assert_eq!(server.ask(&["DBSIZE"]), Reply::Integer(1_501));
    assert_eq!(other.get(b"key").unwrap().unwrap(), b"of database 3");
}

#[test]
fn the_server_s_memory_is_its_own_matter() {
    let Some(server) = Server::start(&["--maxmemory", "3mb"]) else { return };
    let store = server.store("bolt");
    let error = store.resize(Bytes(1 << 30)).unwrap_err();
    assert!(matches!(error, StoreError::Unsupported { .. }));
    assert!(error.to_string().contains("maxmemory"), "{error}");
    let told = (0..1_000u32)
        .find_map(|key| store.put(&key.to_le_bytes(), &[1; 9_000], None).err())
        .map(|error| remote::<()>(Err(error)))
        .unwrap();
    assert!(told.contains("`SET`: OOM"), "{told}");
    assert!(store.get(&0u32.to_le_bytes()).unwrap().is_some(), "an error is not a failure");
    assert_eq!(store.stats().errors, 2);
    let Reply::Array(setting) = server.ask(&["CONFIG", "GET", "maxmemory"]) else { panic!() };
    assert_eq!(setting[1], Reply::Bulk(Some(b"3145728".to_vec())));
}

#[test]
fn a_server_that_is_gone_is_an_error_and_is_found_when_it_is_back() {
    let Some(server) = Server::start(&[]) else { return };
    let clock = Arc::new(ManualClock::default());
    let store = Redis::connect(server.options("bolt"), clock.clone()).unwrap();
    store.put(b"key", b"value", None).unwrap();
    let port = server.0.port();
    drop(server);
    let told = remote(store.get(b"key"));
    assert!(told.starts_with(&format!("Redis at `127.0.0.1:{port}`: ")), "{told}");
    let told = remote(store.put(b"key", b"value", None));
    assert!(told.ends_with("it did not answer; tried again in 0.1 s"), "{told}");
    // Each time it is left alone for twice as long.
    for pause in [100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000] {
        clock.advance(Duration::from_millis(pause - 1));
        assert!(remote(store.remove(b"key")).contains("tried again in 0.0 s"), "{pause}");
        clock.advance(Duration::from_millis(1));
        assert!(!remote(store.remove(b"key")).contains("tried again"), "{pause}");
    }
    let server = RedisServer::start_at(port, &[]).map(Server).unwrap();
    assert!(remote(store.get(b"key")).contains("tried again in 10.0 s"));
    clock.advance(Duration::from_secs(10));
    assert_eq!(store.get(b"key").unwrap(), None);
    store.put(b"key", b"again", None).unwrap();
    assert_eq!(store.stats().errors, 2 + 18 + 1);
    // It is started anew while nobody asks: a connection that it closed is no failure.
    drop(server);
    let _server = RedisServer::start_at(port, &[]).map(Server).unwrap();
    store.put(b"key", b"anew", None).unwrap();
    assert_eq!(store.get(b"key").unwrap().unwrap(), b"anew");
    assert_eq!(store.stats().errors, 21);
}

#[test]
fn a_server_that_hangs_is_an_error_in_time() {
    let Some(server) = Server::start(&[]) else { return };
    let options = RedisOptions { timeout: Duration::from_millis(50), ..server.options("bolt") };
    let store = loop {
        // The machine may be too busy for so short a time.
        if let Ok(store) = connect(options.clone()) {
            break store;
        }
    };
    server.0.signal("-STOP");
    let told = remote(store.get(b"key"));
    assert!(told.ends_with("no answer within 50ms"), "{told}");
    server.0.signal("-CONT");
    while store.put(b"key", b"value", None).is_err() {}
    while store.get(b"key").ok().flatten().as_deref() != Some(b"value") {}
}

#[test]
fn a_password_is_said_and_not_shown() {
    let Some(server) = Server::start(&["--requirepass", "open sesame"]) else { return };
    let told = remote(connect(server.options("bolt")).map(drop));
    assert!(told.contains("NOAUTH"), "{told}");
    let with = |user: Option<&str>, password: &str| RedisOptions {
        login: Some(RedisLogin { user: user.map(str::to_owned), password: password.to_owned() }),
        ..server.options("bolt")
    };
    for user in [None, Some("default")] {
        let store = connect(with(user, "open sesame")).unwrap();
        store.put(b"key", b"value", None).unwrap();
        assert!(!format!("{store:?}").contains("sesame"));
    }
    assert!(remote(connect(with(None, "wrong")).map(drop)).contains("WRONGPASS"));
}

#[test]
fn threads_use_connections_of_their_own() {
    let Some(server) = Server::start(&[]) else { return };
    let store = server.store("bolt");
    std::thread::scope(|scope| {
        for thread in 0..12u64 {
            let store = &store;
            scope.spawn(move || {
                for step in 0..300u64 {
                    let value = [thread, step].map(u64::to_le_bytes).concat();
                    store.put(&thread.to_le_bytes(), &value, None).unwrap();
                    assert_eq!(store.get(&thread.to_le_bytes()).unwrap().unwrap(), value);
                }
            });
        }
    });
    assert!((1..=IDLE_MOST).contains(&lock(&store.idle).len()));
}

/// Returns the address of a server that answers each call with the next of these, then hangs up.
fn answering(answers: &'static [&'static [u8]]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        for answer in answers {
            let _ = stream.read(&mut [0; 4_096]);
            let _ = stream.write_all(answer);
        }
    });
    address
}

#[test]
fn answers_that_make_no_sense_are_errors() {
    const PONG: &[u8] = b"+PONG\r\n";
    for (answers, expected) in [
        (&[PONG, b":1\r\n"] as &[&[u8]], "`GET`: answered by a number"),
        (&[PONG, b"HTTP/1.1 400 Bad\r\n"], "this is not what a Redis server says"),
        (&[PONG, b"$10\r\nshort"], "it closed the connection"),
        (&[PONG, b"*1\r\n:1\r\n"], "answered by a list"),
        (&[PONG, b"-LOADING\r\n"], "`GET`: LOADING"),
    ] {
        let options = RedisOptions {
            timeout: Duration::from_secs(20),
            ..RedisOptions::new(answering(answers), "bolt")
        };
        let store = connect(options).unwrap();
        let told = remote(store.get(b"key"));
        assert!(told.contains(expected), "{told}");
    }
    let told = remote(connect(RedisOptions::new(answering(&[b"hello\n"]), "bolt")).map(drop));
    assert!(told.contains("this is not what a Redis server says"), "{told}");
    assert!(remote(connect(RedisOptions::new("no port", "bolt")).map(drop)).contains("`no port`"));
}
