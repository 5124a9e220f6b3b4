/* The one entry to the products, and what tells which of them this processor is best at. */
#include "linear.h"
#include "tiles.h"

#include <time.h>

/* Returns 0, or 1 where memory ran out. */
int phi_linear(const Linear *a)
{
    switch (a->arithmetic) {
    case PAIRS: return phi_pairs(a);
    case FLOATS: return phi_floats(a);
    case BYTES: return phi_bytes(a);
    case TILES: return phi_tiles(a);
    default: return phi_words(a);
    }
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
#if WIDE
#define REGISTER "%%zmm"
#define EXCLUSIVE_OR "vpxord "
#else
#define REGISTER "%%ymm"
#define EXCLUSIVE_OR "vpxor "
#endif
#define STEP(instruction, sum) \
    __asm__ volatile(instruction " " REGISTER "15, " REGISTER "14, " REGISTER #sum ::: "xmm" #sum);
/* Of words, which are added apart. */
#define STEP_TWICE(instruction, sum)                                                                 \
    __asm__ volatile(instruction " " REGISTER "15, " REGISTER "14, " REGISTER "13\n\t"               \
                     "vpaddd " REGISTER "13, " REGISTER #sum ", " REGISTER #sum ::: "xmm13", "xmm" #sum);
#define CLEAR(_, r) __asm__ volatile(EXCLUSIVE_OR REGISTER #r ", " REGISTER #r ", " REGISTER #r ::: "xmm" #r);
#define ALL(do, with)                                                                                        \
    do(with, 0) do(with, 1) do(with, 2) do(with, 3) do(with, 4) do(with, 5) do(with, 6) do(with, 7) do(with, 8) \
    do(with, 9) do(with, 10) do(with, 11)
#define RATE(name, step, instruction, products)                                                        \
    static void name(double *best)                                                                     \
    {                                                                                                  \
        ALL(CLEAR, ) CLEAR(, 14) CLEAR(, 15)                                                           \
        const double start = seconds();                                                                \
        for (int round = 0; round < ROUNDS; round++) { ALL(step, instruction) }                        \
        const double rate = (double)products * SUMS * ROUNDS / (seconds() - start);                    \
        if (rate > *best) *best = rate;                                                                \
    }
#define NO_RATE(name) \
    static void name(double *best) { (void)best; }

#if WIDE && defined(__AVX512BF16__)
RATE(pairs, STEP, "vdpbf16ps", 32)
#else
NO_RATE(pairs)
#endif
RATE(floats, STEP, "vfmadd231ps", LANES)
#if WIDE && defined(__AVX512VNNI__)
RATE(bytes, STEP, "vpdpbusd", 64)
#else
NO_RATE(bytes)
#endif
#if WIDE
NO_RATE(words)
#elif defined(__AVXVNNI__)
RATE(words, STEP, "{vex} vpdpwssd", 16)
#else
RATE(words, STEP_TWICE, "vpmaddwd", 16)
#endif

static void tiles(double *best)
{
    if (!phi_tiles_allowed()) return;
    const double start = seconds();
    phi_tiles_work(ROUNDS);
    const double rate = 4.0 * 16 * 16 * 32 * ROUNDS / (seconds() - start);
    if (rate > *best) *best = rate;
}

/* Products a second of one thread on registers: of bfloat16 pairs, of float32, of bytes, of words, of bfloat16 tiles; 0 without
 * the instruction, or without the products. */
void phi_rates(double rates[ARITHMETICS])
{
    for (int i = 0; i < ARITHMETICS; i++) rates[i] = 0;
    for (int try = 0; try < TRIES; try++) {
        pairs(rates + PAIRS);
        floats(rates + FLOATS);
        bytes(rates + BYTES);
        words(rates + WORDS);
        tiles(rates + TILES);
    }
}
