/* Products with bfloat16 weights as float32 products, for processors whose bfloat16 instructions are the slower ones: on
 * Intel's they take four times as long as a float32 product and do twice the work.
 *
 * The weights lie in blocks of 64 rows, (columns / 2, 64 rows, 2 columns), as in `pairs.c`. Bfloat16 is the upper half of
 * a float32, so the two columns of a pair come apart by a shift and a mask.
 */
#include "linear.h"

#define BLOCK 64 /* output rows of a block: four vectors of 16 */
#define SPAN 128 /* columns summed before they are added to the result: 32 KB of widened weights, a cache's worth */
#define FEW 24   /* up to so many rows of x, widening weights for each strip anew is faster than storing them */

/* Adds the products of SPAN or fewer columns for `rows` rows of x (rows, SPAN) to sums (rows, 64), from packed weights... */
static inline __attribute__((always_inline)) void packed(int rows, const float *x, const char *weight, int64_t pairs,
                                                         float *sums)
{
    const __m512i high = _mm512_set1_epi32((int)0xffff0000u);
    __m512 part[ROWS][4];
    for (int r = 0; r < rows; r++)
        for (int i = 0; i < 4; i++) part[r][i] = _mm512_setzero_ps();
    for (int64_t pair = 0; pair < pairs; pair++, weight += 4 * BLOCK)
        for (int i = 0; i < 4; i++) {
            _mm_prefetch(weight + AHEAD + 64 * i, _MM_HINT_T0);
            const __m512i both = _mm512_loadu_si512(weight + 64 * i);
            const __m512 even = _mm512_castsi512_ps(_mm512_slli_epi32(both, 16));
            const __m512 odd = _mm512_castsi512_ps(_mm512_and_si512(both, high));
            for (int r = 0; r < rows; r++)
                part[r][i] = _mm512_fmadd_ps(even, _mm512_set1_ps(x[r * SPAN + 2 * pair]), part[r][i]);
            for (int r = 0; r < rows; r++)
                part[r][i] = _mm512_fmadd_ps(odd, _mm512_set1_ps(x[r * SPAN + 2 * pair + 1]), part[r][i]);
        }
    for (int r = 0; r < rows; r++)
        for (int i = 0; i < 4; i++) {
            float *at = sums + r * BLOCK + 16 * i;
            _mm512_storeu_ps(at, _mm512_add_ps(part[r][i], _mm512_loadu_ps(at)));
        }
}

/* ... and from a tile of widened ones, (columns, 64). */
static inline __attribute__((always_inline)) void widened(int rows, const float *x, const float *tile, int64_t columns,
                                                          float *sums)
{
    __m512 part[ROWS][4];
    for (int r = 0; r < rows; r++)
        for (int i = 0; i < 4; i++) part[r][i] = _mm512_setzero_ps();
    for (int64_t column = 0; column < columns; column++, tile += BLOCK) {
        __m512 w[4];
        for (int i = 0; i < 4; i++) w[i] = _mm512_load_ps(tile + 16 * i);
        for (int r = 0; r < rows; r++) {
            const __m512 value = _mm512_set1_ps(x[r * SPAN + column]);
            for (int i = 0; i < 4; i++) part[r][i] = _mm512_fmadd_ps(w[i], value, part[r][i]);
        }
    }
    for (int r = 0; r < rows; r++)
        for (int i = 0; i < 4; i++) {
            float *at = sums + r * BLOCK + 16 * i;
            _mm512_storeu_ps(at, _mm512_add_ps(part[r][i], _mm512_loadu_ps(at)));
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

/* 16 numbers of x. */
static inline __m512 input(const Linear *a, int64_t from, __mmask16 mask)
{
    if (a->x_type == IS_FLOAT) return _mm512_maskz_loadu_ps(mask, (const float *)a->x + from);
    const __m256i half = _mm256_maskz_loadu_epi16(mask, (const uint16_t *)a->x + from);
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(half), 16));
}

static void widen_tile(const char *weight, int64_t columns, float *tile)
{
    const __m512i high = _mm512_set1_epi32((int)0xffff0000u);
    for (int64_t pair = 0; pair < columns / 2; pair++, weight += 4 * BLOCK, tile += 2 * BLOCK)
        for (int i = 0; i < 4; i++) {
            _mm_prefetch(weight + SPAN / 2 * 4 * BLOCK + 64 * i, _MM_HINT_T1);
            const __m512i both = _mm512_loadu_si512(weight + 64 * i);
            _mm512_store_si512(tile + 16 * i, _mm512_slli_epi32(both, 16));
            _mm512_store_si512(tile + BLOCK + 16 * i, _mm512_and_si512(both, high));
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
                for (int64_t column = 0; column < columns; column += 16) {
                    const int64_t from = (first + r + i) * a->k + at + column, left = columns - column;
                    const __mmask16 mask = left >= 16 ? 0xffff : (1u << left) - 1;
                    _mm512_storeu_ps(x + i * SPAN + column, input(a, from, mask));
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
