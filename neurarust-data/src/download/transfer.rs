//! One file from one server: requests that continue where the last one ended, until the checksum is right.

use super::{Download, RemoteFile, sha256};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use ureq::Agent;
use ureq::http::StatusCode;

pub(super) enum Failure {
    /// Another server may do better.
    Server(String),
    /// No server can help.
    Disk(io::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Failure::Disk(error)
    }
}

pub(super) fn agent(download: &Download) -> Agent {
    let mut config = Agent::config_builder()
        .http_status_as_error(false)
        .timeout_connect(Some(download.patience))
        .timeout_recv_response(Some(download.patience))
        .timeout_recv_body(Some(download.patience * 10));
    if !download.proxy_from_environment {
        config = config.proxy(None);
    }
    config.build().into()
}

pub(super) fn bar(download: &Download, file: &RemoteFile) -> ProgressBar {
    let target = if download.progress {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    };
    let bar = ProgressBar::with_draw_target(Some(file.bytes), target);
    let style = "{msg} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}";
    if let Ok(style) = ProgressStyle::with_template(style) {
        bar.set_style(style);
    }
    bar.with_message(file.name.clone())
}

/// A server that hands out a few bytes per connection is given up after this many.
const MOST_REQUESTS: u32 = 100;

/// Brings `part` to the contents of `file`, starting from whatever it holds.
pub(super) fn run(
    agent: &Agent,
    url: &str,
    file: &RemoteFile,
    part: &mut File,
    attempts: u32,
    bar: &ProgressBar,
) -> Result<(), Failure> {
    let mut fruitless = 0;
    let mut all_from_here = part.metadata()?.len() == 0;
    for requests in 1.. {
        let before = part.metadata()?.len();
        let mut interruption = String::new();
        if before < file.bytes {
            interruption = request(agent, url, file, part, before, bar)?;
        }
        let after = part.metadata()?.len();
        if after >= file.bytes {
            let sum = sha256(part)?;
            if after == file.bytes && sum.eq_ignore_ascii_case(&file.sha256) {
                break;
            }
            part.set_len(0)?;
            if all_from_here {
                return Err(Failure::Server(format!(
                    "wrong contents: expected {} bytes with SHA-256 {}, got {after} bytes with {sum}",
                    file.bytes, file.sha256
                )));
            }
            // The beginning came from elsewhere and may be to blame: once more, from nothing.
            all_from_here = true;
            continue;
        }
        fruitless += u32::from(after <= before);
        if fruitless >= attempts || requests >= MOST_REQUESTS {
            return Err(Failure::Server(interruption));
        }
    }
    Ok(())
}

/// One request; appends what arrives and says how the transfer ended. `Err` is for what another try cannot mend.
fn request(
    agent: &Agent,
    url: &str,
    file: &RemoteFile,
    part: &mut File,
    have: u64,
    bar: &ProgressBar,
) -> Result<String, Failure> {
    // A proxy that unpacks the file would spoil both size and checksum.
    let mut request = agent.get(url).header("Accept-Encoding", "identity");
    if have > 0 {
        request = request.header("Range", format!("bytes={have}-"));
    }
    let response = request.call().map_err(|e| Failure::Server(e.to_string()))?;
    let continues = response
        .headers()
        .get("Content-Range")
        .and_then(|range| range.to_str().ok())
        .is_some_and(|range| range.starts_with(&format!("bytes {have}-")));
    match response.status() {
        StatusCode::PARTIAL_CONTENT if continues => {}
        // The server took no notice of `Range`: the whole file follows.
        StatusCode::OK => part.set_len(0)?,
        StatusCode::PARTIAL_CONTENT | StatusCode::RANGE_NOT_SATISFIABLE => {
            part.set_len(0)?;
            return Ok(format!("the server cannot continue at byte {have}"));
        }
        status => return Err(Failure::Server(format!("HTTP {status}"))),
    }
    let mut at = part.seek(SeekFrom::End(0))?;
    bar.set_position(at);
    // One byte too many is enough to know that the file is wrong.
    let mut body = response.into_body().into_reader().take(file.bytes + 1 - at);
    let mut chunk = vec![0; 64 * 1024];
    loop {
        match body.read(&mut chunk) {
            Ok(0) => return Ok(format!("the connection ended after {at} bytes")),
            Ok(n) => {
                part.write_all(&chunk[..n])?;
                at += n as u64;
                bar.set_position(at);
            }
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Ok(format!("the connection broke after {at} bytes: {e}")),
        }
    }
}
