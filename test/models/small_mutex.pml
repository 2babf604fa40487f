/* SPDX-License-Identifier: BSL-1.0
 *
 * small_mutex: three values in one word, and sleepers that are woken when it changes. Steps are as
 * atomic as they are in the code: one read-modify-write each. std::atomic's wait() is one step that
 * falls asleep only if the value is still the one seen; it may wake up for no reason.
 *
 * Sequential consistency is assumed; the code needs only acquire and release, since one word
 * decides everything. Faults that must be found: NO_WAKE, WAKE_FIRST, FORGETS_SLEEPERS. */

#define THREADS 3
#define ROUNDS 2

#define free 0
#define held 1
#define contended 2

byte state = free;
bool asleep[THREADS];
byte inside = 0;

inline wake_one() {
    atomic {
        if
        :: asleep[0] -> asleep[0] = false
        :: asleep[1] -> asleep[1] = false
        :: asleep[2] -> asleep[2] = false
        :: else -> skip
        fi
    }
}

proctype thread(byte me) {
    byte round = 0;
    byte old;
    do
    :: round < ROUNDS ->
        /* lock() */
        if
        :: atomic { state == free -> state = held }; goto in
        :: state != free -> skip
        fi;
        /* the looks of lock_contended(), as many as it likes to be lucky with */
        if
        :: atomic { state == free -> state = held }; goto in
        :: skip
        fi;
        do
        :: atomic {
               old = state;
#ifdef FORGETS_SLEEPERS
               if
               :: old == free -> state = held
               :: else -> state = contended
               fi
#else
               state = contended
#endif
           };
           if
           :: old == free -> break
           :: else -> skip
           fi;
           atomic {
               if
               :: state == contended -> asleep[me] = true
               :: else -> skip
               fi
           };
           !asleep[me]
        od;
in:
        inside++;
        assert(inside == 1);
        inside--;
        /* unlock() */
#ifdef WAKE_FIRST
        if
        :: state == contended -> wake_one()
        :: else -> skip
        fi;
        state = free;
#else
        atomic { old = state; state = free };
#ifndef NO_WAKE
        if
        :: old == contended -> wake_one()
        :: else -> skip
        fi;
#endif
#endif
        round++
    :: else -> break
    od
}

init {
    atomic {
        run thread(0);
        run thread(1);
        run thread(2)
    }
}
