//! What the flags say about the service: its load and its jobs.

use timeline::Lanes;
use worker_pools::Work;
use worker_pools::output::fail;

use crate::arrivals::Arrivals;
use crate::flags::{Flags, MAX_JOBS, MAX_WORKERS};
use crate::simulation::Job;

/// The most threads, for the same reason as in the other lessons.
const MAX_THREADS: usize = 1_000;

const SECOND: u64 = 1_000_000_000;

impl Flags {
    /// How much work comes in a second, in nanoseconds. Exact, so that a load
    /// of 5 workers is not almost 5.
    fn work_per_second(&self) -> u64 {
        u64::from(self.rate) * self.work_ms.as_nanos() as u64
    }

    /// How many workers would be busy on average if no job ever waited.
    pub fn load(&self) -> f64 {
        self.work_per_second() as f64 / SECOND as f64
    }

    /// Whether the jobs come at equal intervals and are equally long.
    fn leaves_nothing_to_chance(&self) -> bool {
        self.arrivals == Arrivals::Regular && self.jitter == 0
    }

    /// The fewest workers that keep up. If there are more than the lesson can
    /// simulate, it ends with status 1 and one line on stderr.
    pub fn fewest_to_keep_up(&self) -> usize {
        let work = self.work_per_second();
        // Workers that are always busy cannot make up for lost time. So they
        // are enough only if there is none.
        let fewest = match self.leaves_nothing_to_chance() {
            true => work.div_ceil(SECOND).max(1),
            false => work / SECOND + 1,
        };
        if fewest > MAX_WORKERS {
            fail(format_args!(
                "no number of workers up to {MAX_WORKERS} is enough: only \
                 {fewest} would keep up (choose a lower --rate or --work-ms)"
            ));
        }
        fewest as usize
    }

    /// How many jobs it takes, at least, to tell how they wait if there is work
    /// for `load` of these workers. The queue is empty at first. The busier
    /// the workers are, the longer it takes until it is as long as it usually
    /// is: about the relaxation time of the queue M/M/c. This is thirty times
    /// that, and at least about thirty bursts.
    pub fn jobs_to_settle(&self, workers: usize, load: f64) -> f64 {
        let spare = (workers as f64).sqrt() - load.sqrt();
        let lengths = match self.leaves_nothing_to_chance() {
            true => 1.0,
            false => spare.max(0.0).powi(-2).max(1.0),
        };
        let bursts = match self.arrivals {
            Arrivals::Bursts => f64::from(self.rate),
            Arrivals::Random | Arrivals::Regular => 0.0,
        };
        let jobs = if load > 0.0 { lengths * load } else { 0.0 };
        (30.0 * jobs.max(bursts)).max(1.0)
    }

    pub fn work(&self, workers: usize) -> Work {
        let jitter = f64::from(self.jitter) / 100.0;
        let work = Work::new(self.work_ms, jitter, self.seed);
        work.timeline().set_lanes(Lanes::Workers(1..=workers));
        work
    }

    /// The jobs of this service. If they are too few to tell how they wait, the
    /// lesson ends with status 1 and one line on stderr.
    pub fn service(&self) -> Vec<Job> {
        let needed = self.jobs_to_settle(usize::MAX, self.load());
        if needed > MAX_JOBS as f64 {
            fail(format_args!(
                "it would take {needed:.0} jobs to tell how they wait, which \
                 is too many to simulate (choose a lower --rate or --work-ms)"
            ));
        }
        if (self.jobs as f64) < needed {
            fail(format_args!(
                "{} jobs are too few to tell how they wait: it takes \
                 {needed:.0} (choose more --jobs, or a lower --rate or \
                 --work-ms)",
                self.jobs,
            ));
        }
        let work = self.work(1);
        self.arrivals.jobs(self.rate, self.jobs, self.seed, &work)
    }

    /// The jobs that real pools do, if the largest has one worker more than
    /// this: none without `--measure`.
    pub fn jobs_to_measure<'a>(
        &self,
        jobs: &'a [Job],
        workers: usize,
    ) -> &'a [Job] {
        let Some(time) = self.measure else {
            return &[];
        };
        if workers >= MAX_THREADS {
            fail(format_args!(
                "--measure starts up to one worker more than {workers}, and \
                 at most {MAX_THREADS} (leave it out, or choose fewer with \
                 --workers)"
            ));
        }
        let time = time.as_nanos() as u64;
        let in_time = jobs.partition_point(|job| job.comes < time);
        if in_time == 0 {
            fail(format_args!("no job comes so soon (raise --measure)"));
        }
        &jobs[..in_time]
    }
}
