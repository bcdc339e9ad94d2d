use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::programs::{self, Programs};

/// The shell between this process and the server. It outlives this process, however that ends, by as much as it takes to
/// stop the server and to remove its directory.
pub struct Guardian {
    shell: Child,
    /// Until it is closed, which this process cannot help doing.
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Guardian {
    /// The directory is the guardian's from now on.
    pub fn post(programs: &Programs, directory: &Path) -> Self {
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", include_str!("guardian.sh"), "guardian"])
            .args([programs.directory(), directory])
            .current_dir(directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // What a terminal sends to the tests is not for it: it shall tidy up after them.
            .process_group(0);
        programs::clean(&mut command);
        // PostgreSQL refuses to be run by root.
        if fs::metadata(directory).expect("the directory was just made").uid() == 0 {
            let user = User::unprivileged();
            chown(directory, Some(user.uid), Some(user.gid)).expect("root may give a directory away");
            command.uid(user.uid).gid(user.gid);
        }
        let mut shell = command.spawn().expect("the user may run a shell in the temporary directory");
        let orders = shell.stdin.take();
        let answers = BufReader::new(shell.stdout.take().expect("its output is a pipe"));
        Self { shell, orders, answers }
    }

    /// Whether it could be done.
    pub fn order(&mut self, order: &str) -> bool {
        let mut answer = String::new();
        let orders = self.orders.as_mut().expect("the guardian is on its post");
        writeln!(orders, "{order}").expect("the guardian listens");
        self.answers.read_line(&mut answer).expect("the guardian answers");
        answer.trim_end() == "0"
    }

    /// The server is stopped and the directory removed when this returns.
    pub fn dismiss(&mut self) {
        drop(self.orders.take());
        let _ = self.shell.wait();
    }
}

struct User {
    uid: u32,
    gid: u32,
}

impl User {
    fn unprivileged() -> Self {
        let users = fs::read_to_string("/etc/passwd").expect("there is a list of users");
        let find = |name| users.lines().find_map(|line| Self::parse(line, name));
        find("postgres").or_else(|| find("nobody")).expect("there is a user who is not root")
    }

    fn parse(line: &str, name: &str) -> Option<Self> {
        let mut fields = line.split(':');
        let (user, _password, uid, gid) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
        if user != name {
            return None;
        }
        Some(Self { uid: uid.parse().ok()?, gid: gid.parse().ok()? })
    }
}
