//! Addresses of servers as text: `redis://user:password@host:port/database`.

use super::{RedisLogin, RedisOptions};

const SCHEME: &str = "redis://";
const PORT: u16 = 6379;

impl RedisOptions {
    /// Returns the options of a server by its address, `redis://user:password@host:port/database`,
    /// where all but the host may be left out; the port is 6379 then. In user and password, `%`
    /// and two hexadecimal digits stand for a byte.
    ///
    /// # Errors
    /// If it is not such an address, with the reason.
    pub fn of_url(url: &str, namespace: impl Into<String>) -> Result<Self, String> {
        let rest = url.strip_prefix(SCHEME).ok_or_else(|| format!("it begins with `{SCHEME}`"))?;
        let (login, rest) = match rest.rsplit_once('@') {
            Some((login, rest)) => (Some(login_of(login)?), rest),
            None => (None, rest),
        };
        let (host, database) = rest.split_once('/').unwrap_or((rest, ""));
        let database = match database {
            "" => 0,
            digits => {
                digits.parse().map_err(|_| format!("`{digits}` is no number of a database"))?
            }
        };
        let options = Self::new(address_of(host)?, namespace);
        Ok(Self { database, login, ..options })
    }
}

fn login_of(text: &str) -> Result<RedisLogin, String> {
    let (user, password) =
        text.split_once(':').ok_or("before `@` stands `user:password` or `:password`")?;
    let user = if user.is_empty() { None } else { Some(decoded(user)?) };
    Ok(RedisLogin { user, password: decoded(password)? })
}

/// Returns host and port. The colons of an address of IPv6 stand in brackets.
fn address_of(text: &str) -> Result<String, String> {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (text, None),
    };
    if host.is_empty() {
        return Err("it names no host".to_owned());
    }
    let port = match port {
        Some(port) => port.parse().map_err(|_| format!("`{port}` is no port"))?,
        None => PORT,
    };
    Ok(format!("{host}:{port}"))
}

fn decoded(text: &str) -> Result<String, String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let wrong = "after `%` stand two hexadecimal digits";
        let (digits, after) = rest.split_first_chunk::<2>().ok_or(wrong)?;
        let digit = |byte: u8| char::from(byte).to_digit(16).ok_or(wrong);
        bytes.push((digit(digits[0])? * 16 + digit(digits[1])?) as u8);
        rest = after;
    }
    String::from_utf8(bytes).map_err(|_| "user and password are UTF-8".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_that_are_left_out_are_those_of_the_protocol() {
        for (url, address, database, login) in [
            ("redis://localhost", "localhost:6379", 0, None),
            ("redis://10.0.0.7:7000/3", "10.0.0.7:7000", 3, None),
            ("redis://[::1]/", "[::1]:6379", 0, None),
            ("redis://[::1]:1", "[::1]:1", 0, None),
            ("redis://:p%40ss:%C3%A9@host", "host:6379", 0, Some((None, "p@ss:é"))),
            ("redis://me:se@cret@host/1", "host:6379", 1, Some((Some("me"), "se@cret"))),
        ] {
            let options = RedisOptions::of_url(url, "bolt").unwrap();
            assert_eq!((options.address.as_str(), options.database), (address, database), "{url}");
            let found = options.login.as_ref();
            let found = found.map(|login| (login.user.as_deref(), login.password.as_str()));
            assert_eq!((found, options.namespace.as_str()), (login, "bolt"), "{url}");
        }
    }

    #[test]
    fn what_is_no_address_says_why() {
        for (url, reason) in [
            ("rediss://host", "it begins with `redis://`"),
            ("redis://", "it names no host"),
            ("redis://:6379", "it names no host"),
            ("redis://host:70000", "`70000` is no port"),
            ("redis://host/x", "`x` is no number of a database"),
            ("redis://me@host", "before `@` stands `user:password` or `:password`"),
            ("redis://:%4@host", "after `%` stand two hexadecimal digits"),
            ("redis://:%ff@host", "user and password are UTF-8"),
        ] {
            assert_eq!(RedisOptions::of_url(url, "bolt").unwrap_err(), reason, "{url}");
        }
    }
}
