//! As much of an HTTP/1.1 server as static files on this machine need.
//!
//! Each connection has a thread of its own: browsers open connections ahead of need and keep them, and none of
//! those may hold up another.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

/// Longer request heads are refused.
const MAX_HEAD_BYTES: u64 = 16 * 1024;
/// Connections that say nothing for so long are closed.
const IDLE: Duration = Duration::from_mins(2);

/// What a browser asks for. Bodies are not read.
#[derive(Debug, PartialEq, Eq)]
pub struct Request {
    pub method: String,
    /// Path and query, as sent.
    pub target: String,
    pub if_none_match: Option<String>,
    keep_alive: bool,
}

/// What it gets.
pub struct Response {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

/// Answers every request on every connection, for ever.
pub fn serve(listener: &TcpListener, answer: impl Fn(&Request) -> Response + Sync) {
    thread::scope(|scope| {
        for connection in listener.incoming().flatten() {
            let answer = &answer;
            // A browser that goes away in the middle of an answer is not our error.
            scope.spawn(move || converse(&connection, answer).ok());
        }
    });
}

fn converse(connection: &TcpStream, answer: impl Fn(&Request) -> Response) -> io::Result<()> {
    connection.set_read_timeout(Some(IDLE))?;
    connection.set_nodelay(true)?;
    let mut input = BufReader::new(connection);
    while let Some(request) = read(&mut input)? {
        write(connection, &request, &answer(&request))?;
        if !request.keep_alive {
            break;
        }
    }
    Ok(())
}

/// Reads one request; `None` at the end of the connection.
fn read(input: &mut impl BufRead) -> io::Result<Option<Request>> {
    let mut head = input.take(MAX_HEAD_BYTES);
    let mut line = String::new();
    if head.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace();
    let (Some(method), Some(target), Some(version)) = (words.next(), words.next(), words.next()) else {
        return Err(io::ErrorKind::InvalidData.into());
    };
    let mut request = Request {
        method: method.to_owned(),
        target: target.to_owned(),
        if_none_match: None,
        keep_alive: version == "HTTP/1.1",
    };
    loop {
        let mut line = String::new();
        if head.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let Some((name, value)) = line.split_once(':') else {
            return if line.trim().is_empty() {
                Ok(Some(request))
            } else {
                Err(io::ErrorKind::InvalidData.into())
            };
        };
        let value = value.trim();
        match name.to_ascii_lowercase().as_str() {
            "if-none-match" => request.if_none_match = Some(value.to_owned()),
            "connection" if value.eq_ignore_ascii_case("close") => request.keep_alive = false,
            // What comes after the head is not the next request.
            "content-length" | "transfer-encoding" => request.keep_alive = false,
            _ => {}
        }
    }
}

fn write(mut output: impl Write, request: &Request, response: &Response) -> io::Result<()> {
    let mut bytes = format!("HTTP/1.1 {} {}\r\n", response.status, reason(response.status)).into_bytes();
    for (name, value) in &response.headers {
        write!(bytes, "{name}: {value}\r\n")?;
    }
    let connection = if request.keep_alive { "keep-alive" } else { "close" };
    write!(bytes, "Content-Length: {}\r\nConnection: {connection}\r\n\r\n", response.body.len())?;
    if request.method != "HEAD" {
        bytes.extend_from_slice(&response.body);
    }
    output.write_all(&bytes)
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        304 => "Not Modified",
        404 => "Not Found",
        405 => "Method Not Allowed",
        _ => "Internal Server Error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> io::Result<Option<Request>> {
        read(&mut text.as_bytes())
    }

    #[test]
    fn reads_what_matters_in_a_request() {
        let request = parse("GET /www/lab.js?x HTTP/1.1\r\nHost: here\r\nif-none-match: \"a-1\"\r\n\r\n")
            .unwrap()
            .unwrap();
        assert_eq!((request.method.as_str(), request.target.as_str()), ("GET", "/www/lab.js?x"));
        assert_eq!(request.if_none_match.as_deref(), Some("\"a-1\""));
        assert!(request.keep_alive);
    }

    #[test]
    fn closes_when_asked_and_after_bodies() {
        for head in
            ["GET / HTTP/1.0", "GET / HTTP/1.1\r\nConnection: Close", "POST / HTTP/1.1\r\nContent-Length: 3"]
        {
            assert!(!parse(&format!("{head}\r\n\r\n")).unwrap().unwrap().keep_alive, "{head}");
        }
    }

    #[test]
    fn refuses_what_is_no_request() {
        assert_eq!(parse("").unwrap(), None);
        let endless = format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(20_000));
        for text in
            ["nonsense\r\n\r\n", "GET / HTTP/1.1\r\nno colon\r\n\r\n", "GET / HTTP/1.1\r\nHost: x", &endless]
        {
            assert!(parse(text).is_err(), "{}", &text[..20.min(text.len())]);
        }
    }

    #[test]
    fn many_silent_connections_hold_up_nobody() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            serve(&listener, |request| Response {
                status: 200,
                headers: Vec::new(),
                body: request.target.clone().into(),
            });
        });
        let silent: Vec<_> = (0..20).map(|_| TcpStream::connect(address).unwrap()).collect();
        let mut talker = TcpStream::connect(address).unwrap();
        talker.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
        talker
            .write_all(b"GET /one HTTP/1.1\r\n\r\nHEAD /two HTTP/1.1\r\nConnection: close\r\n\r\n")
            .unwrap();
        let mut answers = String::new();
        talker.read_to_string(&mut answers).unwrap();
        assert_eq!(answers.matches("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n").count(), 2);
        assert_eq!(answers.matches("/one").count(), 1);
        assert_eq!(answers.matches("/two").count(), 0, "HEAD has no body");
        drop(silent);
    }
}
