/* SPDX-License-Identifier: BSL-1.0
 *
 * context_core: an operation that waits on behalf of a context is woken by some thread, which posts it
 * to that context, while another thread destroys the context. What is under the core's mutex is one
 * step here; leave() takes no lock, and its two steps are two. std::atomic's wait() falls asleep only
 * if the value is still the one seen.
 *
 * Sequential consistency is assumed, which is what the code asks for where it matters (see leave()).
 * Faults that must be found: NO_COUNT, NO_NOTIFY, CHECKS_FIRST, LATE_DOWN. */

#define OPERATIONS 2

bool down = false;
bool context_gone = false;
bool listed[OPERATIONS];
byte in_flight = 0;
bool asleep = false;
byte posted[OPERATIONS];
byte destroyed[OPERATIONS];

/* hand_over(op) and leave(), on the thread that won the right to wake the operation */
proctype waker(byte op) {
    byte before;
    bool is_down;
    atomic {
        if
        :: down -> goto end /* shutdown() owns it */
        :: else ->
            assert(listed[op]);
            listed[op] = false;
#ifndef NO_COUNT
            in_flight++
#endif
        fi
    };
    /* op->post(op): the context is used in the course of it */
    assert(!context_gone);
    posted[op]++;
    assert(!context_gone);
#ifdef CHECKS_FIRST
    is_down = down;
    atomic { before = in_flight; in_flight-- };
#else
#ifndef NO_COUNT
    atomic { before = in_flight; in_flight-- };
    is_down = down;
#endif
#endif
    if
    :: before == 1 && is_down ->
#ifndef NO_NOTIFY
        asleep = false
#else
        skip
#endif
    :: else -> skip
    fi;
end:
    skip
}

/* shutdown(), on the thread that destroys the context */
proctype destroyer() {
    byte seen;
    byte op;
    bool mine[OPERATIONS];
    atomic {
#ifndef LATE_DOWN
        down = true;
#endif
        for (op : 0 .. OPERATIONS - 1) {
            mine[op] = listed[op]
        }
    };
    do
    :: seen = in_flight;
       if
       :: seen == 0 -> break
       :: else -> skip
       fi;
       atomic {
           if
           :: in_flight == seen -> asleep = true
           :: else -> skip
           fi
       };
       !asleep
    od;
    atomic {
        for (op : 0 .. OPERATIONS - 1) {
            if
            :: mine[op] -> destroyed[op]++
            :: else -> skip
            fi
        }
    };
    down = true;
    context_gone = true
}

init {
    byte op;
    atomic {
        for (op : 0 .. OPERATIONS - 1) {
            listed[op] = true
        }
        for (op : 0 .. OPERATIONS - 1) {
            run waker(op)
        }
        run destroyer()
    };
    /* all have ended */
    _nr_pr == 1;
    for (op : 0 .. OPERATIONS - 1) {
        assert(posted[op] + destroyed[op] == 1)
    }
}
