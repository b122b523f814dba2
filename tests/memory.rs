//! The helper library's look at the memory of the program.
#![cfg(target_os = "linux")]

use std::hint::black_box;

use worker_pools::memory::Growth;

#[test]
fn the_growth_is_measured_at_its_peak() {
    // The second is the smaller, so it is seen only if the first peak is forgotten.
    for megabytes in [64, 32] {
        let growth = Growth::watch().expect("Linux tells");
        drop(black_box(vec![1_u8; megabytes << 20]));
        let at_peak = growth.at_peak().expect("Linux tells") >> 20;
        let expected = megabytes as u64 * 9 / 10..=megabytes as u64 * 3 / 2;
        assert!(expected.contains(&at_peak), "{at_peak} of {megabytes} MB");
    }
}
