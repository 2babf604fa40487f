// SPDX-License-Identifier: BSL-1.0

// The workloads of the benchmarks with goroutines that report to one buffered channel.
//
//	go_peer <workload> <n> <repetitions>
//
// Prints nanoseconds of CPU time for each repetition: per task, for timed_wait_* per wait. The
// collector's share is in them: it has no other processor to run on.
package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

func cpu() int64 {
	const processCPUTime = 2
	var t syscall.Timespec
	_, _, failed := syscall.RawSyscall(
		syscall.SYS_CLOCK_GETTIME, processCPUTime, uintptr(unsafe.Pointer(&t)), 0)
	check(failed == 0)
	return t.Nano()
}

func check(good bool) {
	if !good {
		panic("a check of the benchmark failed")
	}
}

// Goroutines that have come to where they wait.
var parked int64

func untilParked(n int) {
	for atomic.LoadInt64(&parked) != int64(n) {
		runtime.Gosched()
	}
	runtime.Gosched()
	atomic.StoreInt64(&parked, 0)
}

func spawnAll(n int, turns func(int) int) <-chan int {
	done := make(chan int, n)
	for i := 0; i < n; i++ {
		go func(i, turns int) {
			for ; turns > 0; turns-- {
				runtime.Gosched()
			}
			done <- i
		}(i, turns(i))
	}
	return done
}

func one(int) int { return 1 }

func upTo15(i int) int { return i % 16 }

func parkedSleepers(n int) (<-chan int, context.CancelFunc) {
	done := make(chan int, n)
	ctx, cancel := context.WithCancel(context.Background())
	for i := 0; i < n; i++ {
		go func(i int) {
			timer := time.NewTimer(time.Hour)
			defer timer.Stop()
			atomic.AddInt64(&parked, 1)
			select {
			case <-timer.C:
			case <-ctx.Done():
			}
			done <- i
		}(i)
	}
	untilParked(n)
	return done, cancel
}

// Waits for one and takes with it whatever else is done, until none is left.
func waitUntilNoneIsLeft(done <-chan int, n int) {
	total := 0
	for left := n; left > 0; {
		total += <-done
		left--
		for more := true; more; {
			select {
			case i := <-done:
				total += i
				left--
			default:
				more = false
			}
		}
	}
	check(total == n*(n-1)/2)
}

func waitForAll(done <-chan int, n int) {
	total := 0
	for left := n; left > 0; left-- {
		total += <-done
	}
	check(total == n*(n-1)/2)
}

func drain(n, rounds int) int64 {
	start := cpu()
	for ; rounds > 0; rounds-- {
		waitUntilNoneIsLeft(spawnAll(n, one), n)
	}
	return cpu() - start
}

func usualLoop(n, rounds int) int64 {
	start := cpu()
	for ; rounds > 0; rounds-- {
		waitUntilNoneIsLeft(spawnAll(n, upTo15), n)
	}
	return cpu() - start
}

func staircase(n, rounds int) (spent int64) {
	for ; rounds > 0; rounds-- {
		done := make(chan int, n)
		gates := make([]chan struct{}, n)
		for i := range gates {
			gates[i] = make(chan struct{})
			go func(i int) {
				atomic.AddInt64(&parked, 1)
				<-gates[i]
				done <- i
			}(i)
		}
		untilParked(n)
		start := cpu()
		for i := range gates {
			close(gates[i])
			check(<-done == i)
		}
		spent += cpu() - start
	}
	return spent
}

func timedWait0(n, rounds int) int64 {
	done, cancel := parkedSleepers(n)
	start := cpu()
	for left := rounds; left > 0; left-- {
		select {
		case <-done:
			check(false)
		default:
		}
	}
	spent := cpu() - start
	cancel()
	waitForAll(done, n)
	return spent
}

func timedWait1ms(n, rounds int) int64 {
	done, cancel := parkedSleepers(n)
	start := cpu()
	for left := rounds; left > 0; left-- {
		select {
		case <-done:
			check(false)
		case <-time.After(time.Millisecond):
		}
	}
	spent := cpu() - start
	cancel()
	waitForAll(done, n)
	return spent
}

func asCompleted(n, rounds int) int64 {
	start := cpu()
	for ; rounds > 0; rounds-- {
		waitForAll(spawnAll(n, one), n)
	}
	return cpu() - start
}

func cancelStorm(n, rounds int) (spent int64) {
	for ; rounds > 0; rounds-- {
		done, cancel := parkedSleepers(n)
		start := cpu()
		cancel()
		waitForAll(done, n)
		spent += cpu() - start
	}
	return spent
}

func main() {
	runtime.GOMAXPROCS(1)
	workloads := map[string]func(n, rounds int) int64{
		"drain": drain, "staircase": staircase, "usual_loop": usualLoop,
		"timed_wait_0": timedWait0, "timed_wait_1ms": timedWait1ms,
		"as_completed": asCompleted, "cancel_storm": cancelStorm,
	}
	check(len(os.Args) == 4)
	workload := os.Args[1]
	run := workloads[workload]
	n, _ := strconv.Atoi(os.Args[2])
	repetitions, _ := strconv.Atoi(os.Args[3])
	check(run != nil && n > 0)

	rounds := 40000 / n
	switch {
	case workload == "timed_wait_0":
		rounds = 20000
	case workload == "timed_wait_1ms":
		rounds = 100
	case rounds == 0:
		rounds = 1
	}
	units := rounds
	if !strings.HasPrefix(workload, "timed_wait") {
		units *= n
	}
	run(n, (rounds+3)/4)
	for ; repetitions > 0; repetitions-- {
		fmt.Printf("%.1f\n", float64(run(n, rounds))/float64(units))
	}
}
