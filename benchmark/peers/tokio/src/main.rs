// SPDX-License-Identifier: BSL-1.0
//! The workloads of the benchmarks with Tokio's JoinSet on its single-threaded runtime.
//!
//!     tokio_peer <workload> <n> <repetitions>
//!
//! Prints nanoseconds of CPU time for each repetition: per task, for timed_wait_* per wait.
//! Kept to what rustc 1.63 and Tokio 1.24 know.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::{unconstrained, yield_now, JoinSet};
use tokio::time::{sleep, timeout};

type Set = JoinSet<usize>;

fn cpu() -> u64 {
    let mut t = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    let failed = unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut t) };
    assert_eq!(failed, 0);
    t.tv_sec as u64 * 1_000_000_000 + t.tv_nsec as u64
}

/// Tasks that have come to where they wait.
static PARKED: AtomicUsize = AtomicUsize::new(0);

async fn until_parked(n: usize) {
    while PARKED.load(Ordering::Relaxed) != n {
        yield_now().await;
    }
    PARKED.store(0, Ordering::Relaxed);
}

async fn turns(i: usize, count: usize) -> usize {
    for _ in 0..count {
        yield_now().await;
    }
    i
}

async fn opened(i: usize, gate: oneshot::Receiver<()>) -> usize {
    PARKED.fetch_add(1, Ordering::Relaxed);
    gate.await.unwrap();
    i
}

async fn parked_sleepers(n: usize) -> Set {
    let mut set = Set::new();
    for i in 0..n {
        set.spawn(async move {
            PARKED.fetch_add(1, Ordering::Relaxed);
            sleep(Duration::from_secs(3600)).await;
            i
        });
    }
    until_parked(n).await;
    set
}

/// What join_next() has to give at once (try_join_next() came with Tokio 1.34).
struct AtOnce<'a>(&'a mut Set);

impl Future for AtOnce<'_> {
    type Output = Option<usize>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<usize>> {
        let next = self.0.join_next();
        tokio::pin!(next);
        Poll::Ready(match next.poll(cx) {
            Poll::Ready(Some(result)) => Some(result.unwrap()),
            _ => None,
        })
    }
}

async fn wait_until_none_is_left(mut set: Set, n: usize) {
    let mut total = 0;
    while let Some(first) = set.join_next().await {
        total += first.unwrap();
        while let Some(more) = AtOnce(&mut set).await {
            total += more;
        }
    }
    assert_eq!(total, n * (n - 1) / 2);
}

fn spawn_all(n: usize, count: fn(usize) -> usize) -> Set {
    let mut set = Set::new();
    for i in 0..n {
        set.spawn(turns(i, count(i)));
    }
    set
}

async fn drain(n: usize, rounds: usize) -> u64 {
    let start = cpu();
    for _ in 0..rounds {
        wait_until_none_is_left(spawn_all(n, |_| 1), n).await;
    }
    cpu() - start
}

async fn usual_loop(n: usize, rounds: usize) -> u64 {
    let start = cpu();
    for _ in 0..rounds {
        wait_until_none_is_left(spawn_all(n, |i| i % 16), n).await;
    }
    cpu() - start
}

async fn staircase(n: usize, rounds: usize) -> u64 {
    let mut spent = 0;
    for _ in 0..rounds {
        let mut set = Set::new();
        let mut gates = Vec::with_capacity(n);
        for i in 0..n {
            let (open, gate) = oneshot::channel();
            gates.push(open);
            set.spawn(opened(i, gate));
        }
        until_parked(n).await;
        let start = cpu();
        for (i, open) in gates.into_iter().enumerate() {
            open.send(()).unwrap();
            assert_eq!(set.join_next().await.unwrap().unwrap(), i);
        }
        spent += cpu() - start;
    }
    spent
}

async fn timed_wait_0(n: usize, rounds: usize) -> u64 {
    let mut set = parked_sleepers(n).await;
    let start = cpu();
    // Unconstrained: else Tokio answers for the set once the task has polled enough in a row.
    unconstrained(async {
        for _ in 0..rounds {
            assert!(AtOnce(&mut set).await.is_none());
        }
    })
    .await;
    cpu() - start
}

async fn timed_wait_1ms(n: usize, rounds: usize) -> u64 {
    let mut set = parked_sleepers(n).await;
    let start = cpu();
    for _ in 0..rounds {
        assert!(timeout(Duration::from_millis(1), set.join_next())
            .await
            .is_err());
    }
    cpu() - start
}

async fn as_completed(n: usize, rounds: usize) -> u64 {
    let start = cpu();
    for _ in 0..rounds {
        let mut set = spawn_all(n, |_| 1);
        let mut total = 0;
        while let Some(next) = set.join_next().await {
            total += next.unwrap();
        }
        assert_eq!(total, n * (n - 1) / 2);
    }
    cpu() - start
}

async fn cancel_storm(n: usize, rounds: usize) -> u64 {
    let mut spent = 0;
    for _ in 0..rounds {
        let mut set = parked_sleepers(n).await;
        let start = cpu();
        set.abort_all();
        let mut left = n;
        while let Some(result) = set.join_next().await {
            assert!(result.unwrap_err().is_cancelled());
            left -= 1;
        }
        spent += cpu() - start;
        assert_eq!(left, 0);
    }
    spent
}

async fn run(workload: &str, n: usize, rounds: usize) -> u64 {
    match workload {
        "drain" => drain(n, rounds).await,
        "staircase" => staircase(n, rounds).await,
        "usual_loop" => usual_loop(n, rounds).await,
        "timed_wait_0" => timed_wait_0(n, rounds).await,
        "timed_wait_1ms" => timed_wait_1ms(n, rounds).await,
        "as_completed" => as_completed(n, rounds).await,
        "cancel_storm" => cancel_storm(n, rounds).await,
        _ => panic!("no such workload: {}", workload),
    }
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    assert_eq!(
        args.len(),
        4,
        "usage: tokio_peer <workload> <n> <repetitions>"
    );
    let workload = args[1].as_str();
    let n: usize = args[2].parse().unwrap();
    let repetitions: usize = args[3].parse().unwrap();
    let rounds = match workload {
        "timed_wait_0" => 20_000,
        "timed_wait_1ms" => 100,
        _ => std::cmp::max(1, 40_000 / n),
    };
    let units = if workload.starts_with("timed_wait") {
        rounds
    } else {
        rounds * n
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    runtime.block_on(run(workload, n, std::cmp::max(1, rounds / 4)));
    for _ in 0..repetitions {
        let spent = runtime.block_on(run(workload, n, rounds));
        println!("{:.1}", spent as f64 / units as f64);
    }
}
