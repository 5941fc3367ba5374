//! The downloader against a server in this process that misbehaves on request.

use super::*;
use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// How the server answers one request for a file.
#[derive(Clone, Copy)]
enum Answer {
    /// As a good server does: `Range` respected.
    Properly,
    /// The whole file, whatever the range.
    Whole,
    /// Properly, but the connection ends after this many bytes of the body.
    CutAfter(usize),
    /// The right length, wrong bytes.
    Garbled,
    /// More bytes than the file has.
    TooLong,
    /// An error status.
    Status(&'static str),
    /// A part from another place than asked.
    WrongRange,
}

struct Server {
    address: String,
    /// The `Range` of each request, in order.
    asked: Arc<Mutex<Vec<Option<String>>>>,
}

/// Serves `contents` to as many requests as there are answers, then stops listening.
fn serve(contents: &[u8], answers: &[Answer]) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/some/folder", listener.local_addr().unwrap());
    let asked = Arc::new(Mutex::new(Vec::new()));
    let (contents, log) = (contents.to_vec(), asked.clone());
    let mut answers: VecDeque<Answer> = answers.iter().copied().collect();
    std::thread::spawn(move || {
        while let Some(answer) = answers.pop_front() {
            let (stream, _) = listener.accept().unwrap();
            let range = read_request(&stream);
            log.lock().unwrap().push(range.clone());
            reply(stream, &contents, range.as_deref(), answer);
        }
    });
    Server { address, asked }
}

fn read_request(stream: &TcpStream) -> Option<String> {
    let lines = BufReader::new(stream).lines().map(|line| line.unwrap());
    let mut range = None;
    for (at, line) in lines.enumerate() {
        if at == 0 {
            assert!(line.starts_with("GET /some/folder/set.bin "), "{line}");
        }
        if line.is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(": ")
            && name.eq_ignore_ascii_case("range")
        {
            range = Some(value.to_string());
        }
    }
    range
}

fn reply(mut stream: TcpStream, contents: &[u8], range: Option<&str>, answer: Answer) {
    let start = range
        .and_then(|r| r.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok())
        .unwrap_or(0usize);
    let total = contents.len();
    let ok = "HTTP/1.1 200 OK".to_string();
    let partial = |from: usize| {
        format!(
            "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes {from}-{}/{total}",
            total - 1
        )
    };
    let proper = if range.is_some() {
        partial(start)
    } else {
        ok.clone()
    };
    let mut cut = usize::MAX;
    let (head, body) = match answer {
        Answer::Properly => (proper, contents[start..].to_vec()),
        Answer::Whole => (ok, contents.to_vec()),
        Answer::CutAfter(n) => {
            cut = n;
            (proper, contents[start..].to_vec())
        }
        Answer::Garbled => (proper, contents[start..].iter().map(|b| !b).collect()),
        Answer::TooLong => (ok, [contents, contents].concat()),
        Answer::Status(status) => (format!("HTTP/1.1 {status}"), b"sorry".to_vec()),
        Answer::WrongRange => (partial(0), contents.to_vec()),
    };
    let head = format!(
        "{head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    // The client may hang up first.
    let _ = stream.write_all(head.as_bytes());
    let _ = stream.write_all(&body[..body.len().min(cut)]);
}

/// A folder of this test's own, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Folder {
        let name = format!("neurarust-download-{}-{test}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).unwrap();
        entries
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    fn finished(&self) -> Vec<u8> {
        assert_eq!(self.names(), ["set.bin"]);
        fs::read(self.0.join("set.bin")).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn contents() -> Vec<u8> {
    (0..300_000u32)
        .map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect()
}

fn described(contents: &[u8]) -> RemoteFile {
    RemoteFile {
        name: "set.bin".into(),
        bytes: contents.len() as u64,
        sha256: Sha256::digest(contents)
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect(),
    }
}

fn download(folder: &Folder, servers: &[&Server]) -> Result<(), String> {
    let download = Download {
        proxy_from_environment: false,
        ..Download::new(&folder.0)
            .mirrors(servers.iter().map(|s| s.address.clone()))
            .progress(false)
            .patience(Duration::from_secs(5))
    };
    download
        .fetch(&[described(&contents())])
        .map_err(|e| e.to_string())
}

#[test]
fn fetches_verifies_and_does_not_fetch_again() {
    let folder = Folder::new("plain");
    let server = serve(&contents(), &[Answer::Properly]);
    download(&folder, &[&server]).unwrap();
    assert_eq!(folder.finished(), contents());
    download(&folder, &[&server]).unwrap();
    assert_eq!(*server.asked.lock().unwrap(), [None]);
}

#[test]
fn continues_where_the_connection_broke() {
    let folder = Folder::new("cut");
    let answers = [
        Answer::CutAfter(100_000),
        Answer::CutAfter(50_000),
        Answer::Properly,
    ];
    let server = serve(&contents(), &answers);
    download(&folder, &[&server]).unwrap();
    assert_eq!(folder.finished(), contents());
    let asked = server.asked.lock().unwrap();
    assert_eq!(asked.len(), 3);
    assert_eq!(asked[2].as_deref(), Some("bytes=150000-"));
}

#[test]
fn continues_the_file_of_an_earlier_run() {
    let folder = Folder::new("earlier");
    fs::write(folder.0.join("set.bin.part"), &contents()[..200_000]).unwrap();
    let server = serve(&contents(), &[Answer::Properly]);
    download(&folder, &[&server]).unwrap();
    assert_eq!(folder.finished(), contents());
    let asked = server.asked.lock().unwrap();
    assert_eq!(*asked, [Some("bytes=200000-".to_string())]);
}

#[test]
fn a_complete_part_needs_no_server() {
    let folder = Folder::new("complete");
    fs::write(folder.0.join("set.bin.part"), contents()).unwrap();
    let server = serve(&contents(), &[]);
    download(&folder, &[&server]).unwrap();
    assert_eq!(folder.finished(), contents());
}

#[test]
fn starts_over_where_range_is_ignored() {
    let folder = Folder::new("ignored");
    fs::write(folder.0.join("set.bin.part"), &contents()[..200_000]).unwrap();
    let server = serve(&contents(), &[Answer::Whole]);
    download(&folder, &[&server]).unwrap();
    assert_eq!(folder.finished(), contents());
}

#[test]
fn starts_over_after_a_wrong_range_or_a_refused_one() {
    for refusal in [
        Answer::WrongRange,
        Answer::Status("416 Range Not Satisfiable"),
    ] {
        let folder = Folder::new("refused");
        fs::write(folder.0.join("set.bin.part"), &contents()[..200_000]).unwrap();
        let server = serve(&contents(), &[refusal, Answer::Properly]);
        download(&folder, &[&server]).unwrap();
        assert_eq!(folder.finished(), contents());
        assert_eq!(server.asked.lock().unwrap()[1], None);
    }
}

#[test]
fn a_bad_beginning_is_fetched_again() {
    let folder = Folder::new("beginning");
    fs::write(folder.0.join("set.bin.part"), vec![0; 200_000]).unwrap();
    let server = serve(&contents(), &[Answer::Properly, Answer::Properly]);
    download(&folder, &[&server]).unwrap();
    assert_eq!(folder.finished(), contents());
}

#[test]
fn a_damaged_file_is_replaced() {
    let folder = Folder::new("damaged");
    fs::write(folder.0.join("set.bin"), vec![0; contents().len()]).unwrap();
    let server = serve(&contents(), &[Answer::Properly]);
    download(&folder, &[&server]).unwrap();
    assert_eq!(folder.finished(), contents());
}

#[test]
fn wrong_contents_never_get_the_final_name() {
    for lie in [Answer::Garbled, Answer::TooLong] {
        let folder = Folder::new("garbled");
        let server = serve(&contents(), &[lie]);
        let error = download(&folder, &[&server]).unwrap_err();
        assert!(error.contains("wrong contents: expected 300000 bytes with SHA-256 "));
        assert!(!folder.0.join("set.bin").exists());
        let part = fs::metadata(folder.0.join("set.bin.part")).unwrap();
        assert_eq!(part.len(), 0, "nothing bad is left to be continued");
    }
}

/// Cut in the middle *and* wrong: each half must not be taken for the other's fault for ever.
#[test]
fn a_server_that_cuts_and_garbles_is_given_up() {
    let folder = Folder::new("both");
    let answers = [Answer::CutAfter(100_000), Answer::Garbled, Answer::Properly];
    let server = serve(&contents(), &answers);
    let error = download(&folder, &[&server]).unwrap_err();
    assert!(error.contains("wrong contents"), "{error}");
    assert_eq!(server.asked.lock().unwrap().len(), 2);
}

#[test]
fn the_next_server_helps() {
    let folder = Folder::new("mirrors");
    let missing = serve(&contents(), &[Answer::Status("404 Not Found")]);
    let garbled = serve(&contents(), &[Answer::Garbled]);
    let breaks = serve(&contents(), &[Answer::CutAfter(1000)]);
    let good = serve(&contents(), &[Answer::Properly]);
    download(&folder, &[&missing, &garbled, &breaks, &good]).unwrap();
    assert_eq!(folder.finished(), contents());
    let asked = good.asked.lock().unwrap();
    assert_eq!(*asked, [Some("bytes=1000-".to_string())]);
}

#[test]
fn a_connection_that_always_breaks_is_given_up() {
    let folder = Folder::new("breaks");
    let server = serve(&contents(), &[Answer::CutAfter(0); 3]);
    let error = download(&folder, &[&server]).unwrap_err();
    assert!(
        error.contains("the connection broke after 0 bytes"),
        "{error}"
    );
    assert_eq!(server.asked.lock().unwrap().len(), 3);
}

#[test]
fn no_network_says_where_the_files_belong() {
    let folder = Folder::new("offline");
    let missing = serve(&contents(), &[Answer::Status("404 Not Found")]);
    let closed = Server {
        address: {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            format!("http://{}/some/folder", listener.local_addr().unwrap())
        },
        asked: Arc::default(),
    };
    let error = download(&folder, &[&missing, &closed]).unwrap_err();
    assert!(error.contains("/some/folder/set.bin: HTTP 404 Not Found"));
    assert!(error.contains(&closed.address), "{error}");
    assert!(error.contains(&format!("into {} by hand", folder.0.display())));
}

#[test]
fn two_downloads_do_not_mix() {
    let folder = Folder::new("locked");
    let other = open_part(&folder.0.join("set.bin.part")).unwrap();
    let server = serve(&contents(), &[]);
    let error = download(&folder, &[&server]).unwrap_err();
    assert!(
        error.contains("another process is downloading it"),
        "{error}"
    );
    drop(other);
}

#[test]
fn mnist_is_well_described() {
    let names: Vec<_> = MNIST.iter().map(|f| f.0).collect();
    for (name, _, sha256) in MNIST {
        assert!(sha256.len() == 64 && sha256.bytes().all(|b| b.is_ascii_hexdigit()));
        assert_eq!(names.iter().filter(|n| **n == name).count(), 1);
    }
}
