/* What the ways of multiplying with packed weights share: the call, and what becomes of the sums.
 *
 * out[m][n] = bias[n] + sum over groups g of ( scale[g][n] * sum_k x[m][k] q[n][k]  +  zero[g][n] * sum_k x[m][k] )
 *
 * Decoding one token reads every weight once, so the weights lie in the order in which they are read: a block of output
 * rows, and in it some input columns of all its rows. Lanes are output rows: nothing is added across lanes, and a scale
 * of a group is applied to as many rows as there are lanes by one instruction.
 *
 * Each output is summed in the same order whatever the number of rows m, so a batch gives bit for bit what its rows give
 * alone.
 */
#ifndef PHI_LINEAR_H
#define PHI_LINEAR_H

#include "simd.h"

#include <stdlib.h>

#define ROWS 6     /* rows of x at a time: with AVX-512 24 accumulators of the 32 registers, with AVX2 12 of the 16 */
#define PANEL 384  /* rows of x for which one decoded tile is used: a multiple of ROWS */
#define AHEAD 2048 /* bytes by which prefetching runs ahead of decoding */

enum { BF16 = 0, INT8 = 1, INT4 = 2, NF4 = 3 };
enum { PAIRS = 0, FLOATS = 1, BYTES = 2, WORDS = 3, TILES = 4, ARITHMETICS = 5 };

typedef struct {
    const void *x;          /* (m, k) bfloat16, or float32 where the arithmetic takes it */
    const void *weight;     /* in the order of the arithmetic and the format */
    const uint16_t *scale;  /* (blocks, k / group, rows of a block) bfloat16, or NULL: 1 */
    const uint16_t *zero;   /* the same, or NULL: 0 */
    const float *bias;      /* (n filled up to whole blocks), or NULL: 0 */
    const void *table;      /* what the 16 codes stand for; see the arithmetic */
    void *out;              /* (m, n) float32 or bfloat16 */
    int64_t m, n, k, group;
    int32_t arithmetic, format, x_type, out_type, threads;
} Linear;

int phi_linear(const Linear *a);
int phi_pairs(const Linear *a);
int phi_floats(const Linear *a);
int phi_bytes(const Linear *a);
int phi_words(const Linear *a);
int phi_tiles(const Linear *a);
void phi_tiles_work(int64_t rounds);

/* Adds the bias to sums (rows, width) and stores them as rows first.. and columns column.. of the result. */
static inline void finish(const Linear *a, int64_t first, int64_t rows, int64_t column, int64_t width, const float *sums)
{
    for (int64_t r = 0; r < rows; r++)
        for (int64_t i = 0; i < width && column + i < a->n; i += LANES) {
            const int64_t left = a->n - column - i, to = (first + r) * a->n + column + i;
            const mask some = first_lanes(left);
            vec sum = load(sums + r * width + i);
            if (a->bias) sum = add(sum, load(a->bias + column + i));
            if (a->out_type == IS_FLOAT) store_first((float *)a->out + to, some, sum);
            else store_half_first((uint16_t *)a->out + to, some, narrow(sum));
        }
}

/* Rows of x are taken in strips of about equal height: one of few rows would wait for its own sums. */
static inline int64_t strip_height(int64_t rows)
{
    const int64_t strips = (rows + ROWS - 1) / ROWS;
    return (rows + strips - 1) / strips;
}

/* Blocks that a thread takes at once. */
static inline int64_t portion_of(const Linear *a, int64_t blocks)
{
    const int64_t portion = blocks / (a->threads * 8);
    return portion < 1 ? 1 : portion;
}

/* Blocks that meet the same columns of x one after the other: at most `most`, and as few as leave each thread several portions. */
static inline int64_t blocks_at_once(const Linear *a, int64_t blocks, int64_t most)
{
    const int64_t share = blocks / (a->threads * 4);
    return share < 1 ? 1 : share < most ? share : most;
}

#endif
