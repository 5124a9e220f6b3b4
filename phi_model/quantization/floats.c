/* Products with bfloat16 weights as float32 products, for processors whose bfloat16 instructions are the slower ones: on
 * Intel's they take four times as long as a float32 product and do twice the work.
 *
 * The weights lie in blocks of 64 rows, (columns / 2, 64 rows, 2 columns), as in `pairs.c`. Bfloat16 is the upper half of
 * a float32, so the two columns of a pair come apart by a shift and a mask.
 */
#include "linear.h"

#define BLOCK 64 /* output rows of a block */
#define VECTORS (BLOCK / LANES)
#define SPAN 128 /* columns summed before they are added to the result: 32 KB of widened weights, a cache's worth */
#define FEW (WIDE ? 24 : 3) /* up to so many rows of x, widening weights for each strip anew is faster than storing them */

/* Adds sums of SPAN or fewer columns, (rows, vectors from `first` on), to sums (rows, 64). */
#define KEEP_SUMS(first, together)                               \
    for (int r = 0; r < rows; r++)                               \
        for (int i = 0; i < (together); i++) {                   \
            float *at = sums + r * BLOCK + LANES * ((first) + i); \
            store(at, add(part[r][i], load(at)));                \
        }

/* Adds the products of SPAN or fewer columns for `rows` rows of x (rows, SPAN) to sums (rows, 64), from packed weights... */
INLINE void packed(int rows, const float *x, const char *weight, int64_t pairs, float *sums)
{
    const int together = TOGETHER(rows, VECTORS);
    for (int first = 0; first < VECTORS; first += together) {
        const char *w = weight + 4 * LANES * first;
        vec part[ROWS][VECTORS];
        for (int r = 0; r < rows; r++)
            for (int i = 0; i < together; i++) part[r][i] = zero();
        for (int64_t pair = 0; pair < pairs; pair++, w += 4 * BLOCK)
            for (int i = 0; i < together; i++) {
                if (4 * LANES * i % 64 == 0) _mm_prefetch(w + AHEAD + 4 * LANES * i, _MM_HINT_T0);
                const bits both = load_bits(w + 4 * LANES * i);
                const vec even = as_floats(even_of(both)), odd = as_floats(odd_of(both));
                for (int r = 0; r < rows; r++)
                    part[r][i] = plus_product(even, every(x[r * SPAN + 2 * pair]), part[r][i]);
                for (int r = 0; r < rows; r++)
                    part[r][i] = plus_product(odd, every(x[r * SPAN + 2 * pair + 1]), part[r][i]);
            }
        KEEP_SUMS(first, together)
    }
}

/* ... and from a tile of widened ones, (columns, 64). */
INLINE void widened(int rows, const float *x, const float *tile, int64_t columns, float *sums)
{
    const int together = TOGETHER(rows, VECTORS);
    for (int first = 0; first < VECTORS; first += together) {
        const float *weight = tile + LANES * first;
        vec part[ROWS][VECTORS];
        for (int r = 0; r < rows; r++)
            for (int i = 0; i < together; i++) part[r][i] = zero();
        for (int64_t column = 0; column < columns; column++, weight += BLOCK) {
            vec w[VECTORS];
            for (int i = 0; i < together; i++) w[i] = load_aligned(weight + LANES * i);
            for (int r = 0; r < rows; r++) {
                const vec value = every(x[r * SPAN + column]);
                for (int i = 0; i < together; i++) part[r][i] = plus_product(w[i], value, part[r][i]);
            }
        }
        KEEP_SUMS(first, together)
    }
}

static void strip(int64_t rows, const float *x, const char *weight, const float *tile, int64_t columns, float *sums)
{
#define CASE(n)                                               \
    if (tile) widened(n, x, tile, columns, sums);             \
    else packed(n, x, weight, columns / 2, sums);             \
    break
    switch (rows) {
    case 1: CASE(1);
    case 2: CASE(2);
    case 3: CASE(3);
    case 4: CASE(4);
    case 5: CASE(5);
    default: CASE(ROWS);
    }
#undef CASE
}

/* A vector of x. */
static inline vec input(const Linear *a, int64_t from, mask some)
{
    if (a->x_type == IS_FLOAT) return load_first(some, (const float *)a->x + from);
    return widened_half(load_half_first(some, (const uint16_t *)a->x + from));
}

static void widen_tile(const char *weight, int64_t columns, float *tile)
{
    for (int64_t pair = 0; pair < columns / 2; pair++, weight += 4 * BLOCK, tile += 2 * BLOCK)
        for (int i = 0; i < VECTORS; i++) {
            if (4 * LANES * i % 64 == 0) _mm_prefetch(weight + SPAN / 2 * 4 * BLOCK + 4 * LANES * i, _MM_HINT_T1);
            const bits both = load_bits(weight + 4 * LANES * i);
            store_bits(tile + LANES * i, even_of(both));
            store_bits(tile + BLOCK + LANES * i, odd_of(both));
        }
}

static void block(const Linear *a, int64_t index, int64_t first, int64_t rows, float *sums, float *tile)
{
    const char *weight = (const char *)a->weight + index * a->k * 2 * BLOCK;
    const int64_t height = strip_height(rows), size = a->x_type == IS_FLOAT ? 4 : 2;
    float x[ROWS * SPAN];
    memset(sums, 0, (size_t)rows * BLOCK * sizeof(float));
    for (int64_t at = 0; at < a->k; at += SPAN, weight += SPAN * 2 * BLOCK) {
        const int64_t columns = a->k - at < SPAN ? a->k - at : SPAN;
        if (rows > FEW) widen_tile(weight, columns, tile);
        for (int64_t r = 0; r < rows; r += height) {
            const int64_t count = rows - r < height ? rows - r : height;
            for (int64_t i = 0; i < count; i++)
                for (int64_t column = 0; column < columns; column += LANES) {
                    const int64_t from = (first + r + i) * a->k + at + column, left = columns - column;
                    store(x + i * SPAN + column, input(a, from, first_lanes(left)));
                    /* The next strip's: it comes while this one's is multiplied. */
                    _mm_prefetch((const char *)a->x + (from + height * a->k) * size, _MM_HINT_T0);
                }
            strip(count, x, weight, rows > FEW ? tile : NULL, columns, sums + r * BLOCK);
        }
    }
    finish(a, first, rows, index * BLOCK, BLOCK, sums);
}

/* Returns 0, or 1 where memory ran out. */
int phi_floats(const Linear *a)
{
    const int64_t blocks = (a->n + BLOCK - 1) / BLOCK, panel = a->m < PANEL ? a->m : PANEL;
    int failed = 0;
#pragma omp parallel num_threads(a->threads) reduction(| : failed)
    {
        float *sums = aligned_alloc(64, (size_t)panel * BLOCK * sizeof(float));
        float *tile = aligned_alloc(64, SPAN * BLOCK * sizeof(float));
        failed = !sums || !tile;
        for (int64_t first = 0; first < a->m; first += panel) {
            const int64_t rows = a->m - first < panel ? a->m - first : panel;
#pragma omp for schedule(dynamic, portion_of(a, blocks)) nowait
            for (int64_t index = 0; index < blocks; index++)
                if (!failed) block(a, index, first, rows, sums, tile);
        }
        free(sums);
        free(tile);
    }
    return failed;
}
