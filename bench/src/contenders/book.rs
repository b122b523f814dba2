//! The pool of the Rust Book's last chapter, in our own words: std's channel, whose one receiver
//! the workers share behind a lock.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use super::Job;
use crate::setup::{Outcome, Setup};

struct Pool {
    jobs: Sender<Job>,
    workers: Vec<JoinHandle<()>>,
}

impl Pool {
    fn new(size: usize) -> Pool {
        let (jobs, queue) = channel();
        let queue = Arc::new(Mutex::new(queue));
        let workers = (0..size)
            .map(|_| {
                let queue = Arc::clone(&queue);
                thread::spawn(move || worker(&queue))
            })
            .collect();
        Pool { jobs, workers }
    }

    fn submit(&self, job: impl FnOnce() + Send + 'static) {
        let sent = self.jobs.send(Box::new(job));
        sent.expect("workers stay until the queue is closed");
    }

    fn shutdown(self) {
        drop(self.jobs);
        for worker in self.workers {
            worker.join().expect("no job panics");
        }
    }
}

fn worker(queue: &Mutex<Receiver<Job>>) {
    loop {
        // A separate statement, so that the worker does not hold the lock while the job runs.
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else {
            return; // the queue is closed and empty
        };
        job();
    }
}

pub fn run(setup: &Setup) -> Outcome {
    let pool = Pool::new(setup.workers);
    let batch = setup.submit_all(|task| pool.submit(move || task.run()));
    pool.shutdown();
    batch.end()
}
