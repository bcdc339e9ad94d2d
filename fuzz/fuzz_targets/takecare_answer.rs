//! Any bytes as TakeCare's answer to any operation.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    vardbro_takecare::wire::read_as_anything(body);
});
