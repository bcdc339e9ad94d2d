//! Every case over every EHR, as one test each.

fn main() {
    let arguments = libtest_mimic::Arguments::from_args();
    let trials = vardbro_conformance::trials();
    libtest_mimic::run(&arguments, trials).exit();
}
