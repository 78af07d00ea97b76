//! How fast the verifier is: `cargo test --release -p taipan-compiler --test verify_speed -- --ignored --nocapture`.

mod verify_support;

use std::hint::black_box;
use std::time::Instant;

use taipan_compiler::verify::verify;

#[test]
#[ignore = "a measurement"]
fn speed() {
    let code = verify_support::sample();
    let rounds = 200_000;
    let start = Instant::now();
    for _ in 0..rounds {
        let _ = black_box(verify(black_box(&code)));
    }
    let count = (rounds * code.instrs.len()) as f64;
    println!(
        "{:.0} million instructions a second in small functions",
        count / start.elapsed().as_secs_f64() / 1e6
    );
}
