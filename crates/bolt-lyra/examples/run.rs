//! Runs a program: `run FILE` or `run -e EXPRESSION`.
#![allow(clippy::print_stdout, reason = "a program")]

use bolt_lyra::{Note, Session, Value};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let source = match &args[..] {
        [flag, source] if flag == "-e" => source.clone(),
        [path, ..] => std::fs::read_to_string(path).expect("the file is read"),
        [] => return,
    };
    let parsed = bolt_lyra_syntax::parse(&source);
    let mut session = Session::new();
    for expr in &parsed.exprs {
        let value = session.read(expr);
        let result = session.evaluate_line(&value);
        for note in session.take_notes() {
            match note {
                Note::Printed(line) => println!("{line}"),
                Note::Message { name, text } => println!("{name}: {text}"),
            }
        }
        match result {
            Ok(Value::Symbol(bolt_lyra::sym::Null)) => {}
            Ok(value) => println!("{}", session.input_form(&value)),
            Err(code) => std::process::exit(code),
        }
    }
}
