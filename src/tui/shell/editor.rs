//! What runs while the terminal is given away: the person's editor, and a bare text to copy.
//!
//! Invariant: the edited text is never left behind, and the file's name is an argument of its own,
//! never part of a command line.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use bytes::Bytes;

use tokio::process::Command;

use super::Terminal;
use crate::model::{Answer, Trouble};

/// Lets the person edit a text; none if it was left as it was.
pub(super) async fn edit(terminal: &Terminal, name: &str, bytes: &Bytes) -> Answer<Option<Bytes>> {
    let editor = terminal.editor.clone().unwrap_or_else(|| "vi".into());
    let trouble = |why: io::Error| {
        Trouble::new(
            "Editor",
            &format!("Cannot edit with {editor}"),
            &why.to_string(),
            "set EDITOR to a program that is installed",
        )
    };
    let folder = Private::make().map_err(trouble)?;
    let file = folder.0.join(plain_name(name));
    tokio::fs::write(&file, bytes).await.map_err(trouble)?;
    let mut words = editor.split_whitespace();
    let program = words.next().unwrap_or("vi");
    let status = Command::new(program)
        .args(words)
        // An absolute path: no editor takes it for an option, and none has to know `--`.
        .arg(&file)
        .status()
        .await;
    let status = status.map_err(trouble)?;
    if !status.success() {
        return Err(Trouble::new(
            "Editor",
            "Nothing was written back",
            &format!("{editor} ended with {status}"),
            "",
        ));
    }
    let text = tokio::fs::read(&file).await.map_err(trouble)?;
    Ok((text != *bytes).then(|| text.into()))
}

/// Gives the terminal to the person's shell, in a folder.
pub(super) async fn shell(terminal: &Terminal, folder: &Path) -> Answer<()> {
    let program = terminal.shell.clone().unwrap_or_else(|| "sh".into());
    let _ = writeln!(io::stdout().lock(), "\r\nexit goes back to windlass\r");
    let status = Command::new(&program).current_dir(folder).status().await;
    // How the last command of a shell ended concerns nobody here.
    status.map(drop).map_err(|why| {
        Trouble::new(
            "Shell",
            &format!("Cannot start {program}"),
            &why.to_string(),
            "set SHELL to a program that is installed",
        )
    })
}

/// Has the system open a file with the program that it has for it.
pub(super) async fn open(path: &Path) -> Answer<()> {
    let opener = if cfg!(target_os = "macos") {
        "open"
    } else {
        "xdg-open"
    };
    // An absolute path is never taken for an option.
    let ended = Command::new(opener)
        .arg(path)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .await;
    let why = match ended {
        Ok(status) if status.success() => return Ok(()),
        Ok(status) => format!("{opener} ended with {status}: no program is set up for it"),
        Err(error) => format!("{opener}: {error}"),
    };
    Err(Trouble::new(
        "Open",
        &format!("Cannot open {}", path.display()),
        &why,
        "Enter shows it in here",
    ))
}

/// Prints a text bare, without box and line breaks, and waits for Enter.
pub(super) async fn print_plain(text: &str) {
    let shown = format!("\r\n{text}\r\n\r\nEnter goes back ");
    let _ = io::stdout().lock().write_all(shown.as_bytes());
    let _ = io::stdout().lock().flush();
    let waited = tokio::task::spawn_blocking(|| io::stdin().read_line(&mut String::new())).await;
    drop(waited);
}

/// A folder that only this person can read, gone at the end.
struct Private(PathBuf);

impl Private {
    fn make() -> io::Result<Self> {
        use std::os::unix::fs::DirBuilderExt;
        let base = std::env::temp_dir();
        for n in 0..100 {
            let path = base.join(format!("windlass-{}-{n}", std::process::id()));
            match std::fs::DirBuilder::new().mode(0o700).create(&path) {
                Ok(()) => return Ok(Self(path)),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }
}

impl Drop for Private {
    fn drop(&mut self) {
        // Nothing can be done about a folder that does not go.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A file name that keeps the extension, so that the editor knows the language, and holds nothing
/// that a terminal or a path could take amiss.
fn plain_name(name: &str) -> PathBuf {
    let plain: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') {
                c
            } else {
                '_'
            }
        })
        .collect();
    let plain = plain.trim_start_matches(['.', '-']);
    Path::new(if plain.is_empty() { "text" } else { plain }).to_path_buf()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_for_the_editor_are_plain() {
        for (name, plain) in [
            ("a.json", "a.json"),
            ("../x", "_x"),
            ("-rf.sh", "rf.sh"),
            ("é\u{1b}", "__"),
            ("", "text"),
        ] {
            assert_eq!(plain_name(name), Path::new(plain), "{name:?}");
        }
    }

    #[tokio::test]
    async fn an_edit_comes_back_only_if_something_changed() {
        let terminal = |editor: &str| Terminal {
            level: crate::term::Level::Mono,
            background: crate::term::Background::Unknown,
            glyphs: crate::tui::theme::Glyphs::UNICODE,
            carrier: crate::term::Carrier::None,
            editor: Some(editor.into()),
            shell: None,
            home: "/".into(),
            choice: crate::term::Choice::Guessed,
            term: String::new(),
            ssh: false,
        };
        let text = Bytes::from_static(b"a\n");
        assert_eq!(edit(&terminal("true"), "a.txt", &text).await, Ok(None));
        assert!(edit(&terminal("false"), "a.txt", &text).await.is_err());
        assert!(
            edit(&terminal("no-such-editor-at-all"), "a.txt", &text)
                .await
                .is_err()
        );
    }
}
