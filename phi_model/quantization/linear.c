/* The one entry to the products, and what tells which of them this processor is best at. */
#include "linear.h"

#include <time.h>

/* Returns 0, or 1 where memory ran out. */
int phi_linear(const Linear *a)
{
    return a->arithmetic == BYTES ? phi_bytes(a) : a->arithmetic == FLOATS ? phi_floats(a) : phi_pairs(a);
}

#define SUMS 12     /* enough in flight to hide an instruction's latency */
#define ROUNDS 2000 /* some microseconds: seldom interrupted */
#define TRIES 32    /* the best of which was not */

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* In assembly, so that the compiler neither leaves a round out nor moves the sums to memory. */
#define STEP(instruction, sum) __asm__ volatile(instruction " %%zmm31, %%zmm30, %%zmm" #sum ::: "xmm" #sum);
#define CLEAR(_, r) __asm__ volatile("vpxord %%zmm" #r ", %%zmm" #r ", %%zmm" #r ::: "xmm" #r);
#define ALL(do, with)                                                                                        \
    do(with, 0) do(with, 1) do(with, 2) do(with, 3) do(with, 4) do(with, 5) do(with, 6) do(with, 7) do(with, 8) \
    do(with, 9) do(with, 10) do(with, 11)
#define RATE(name, instruction, products)                                                              \
    static void name(double *best)                                                                     \
    {                                                                                                  \
        ALL(CLEAR, ) CLEAR(, 30) CLEAR(, 31)                                                           \
        const double start = seconds();                                                                \
        for (int round = 0; round < ROUNDS; round++) { ALL(STEP, instruction) }                        \
        const double rate = (double)products * SUMS * ROUNDS / (seconds() - start);                    \
        if (rate > *best) *best = rate;                                                                \
    }

#ifdef __AVX512BF16__
RATE(pairs, "vdpbf16ps", 32)
#else
static void pairs(double *best) { (void)best; }
#endif
RATE(floats, "vfmadd231ps", 16)
#ifdef __AVX512VNNI__
RATE(bytes, "vpdpbusd", 64)
#else
static void bytes(double *best) { (void)best; }
#endif

/* Products a second of one thread on registers: of bfloat16 pairs, of float32, of bytes; 0 without the instruction. */
void phi_rates(double rates[3])
{
    for (int i = 0; i < 3; i++) rates[i] = 0;
    for (int try = 0; try < TRIES; try++) {
        pairs(rates + PAIRS);
        floats(rates + FLOATS);
        bytes(rates + BYTES);
    }
}
