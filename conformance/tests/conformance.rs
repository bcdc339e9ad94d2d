//! Every case over every EHR, as one test each.

/// Cases wait more than they work: for backoff, for files that an EHR works on.
const THREADS: usize = 4;

fn main() {
    let mut arguments = libtest_mimic::Arguments::from_args();
    arguments.test_threads.get_or_insert(THREADS);
    libtest_mimic::run(&arguments, vardbro_conformance::trials()).exit();
}
