//! The library's `memory`: how much memory a program uses at the peak.
#![cfg(target_os = "linux")]

use std::hint::black_box;

use worker_pools::memory::Growth;

#[test]
fn the_growth_is_measured_at_its_peak() {
    // The second peak is the smaller one, so it shows only if the first one is forgotten.
    for megabytes in [64, 32] {
        let growth = Growth::watch().expect("Linux reports the memory");
        drop(black_box(vec![1_u8; megabytes << 20]));
        let at_peak = growth.at_peak().expect("Linux reports the memory") >> 20;
        let expected = megabytes as u64 * 9 / 10..=megabytes as u64 * 3 / 2;
        assert!(expected.contains(&at_peak), "{at_peak} of {megabytes} MB");
    }
}
