/* Products of pairs of bfloat16 columns, by the instruction that is made for them, or by two float32 products where there
 * is none.
 *
 * The weights lie in blocks of 64 rows, (columns / 2, 64 rows, 2 columns), as vdpbf16ps wants them; with 4 bits, rows r and
 * r + 16 of each 32 share a byte. Weights in few bits become bfloat16 on the way: `table` has the values of the 16 codes,
 * twice. With AVX-512 alone: narrower processors have no such instruction, and `floats.c` and `words.c` suit them better.
 */
#include "linear.h"

#if WIDE

#define BLOCK 64 /* output rows of a block: four vectors of 16 */
#define HALF 32  /* output rows of half a block */
#define FEW 48   /* up to so many rows of x, decoding for each strip anew is faster than storing what is decoded */
#define SPAN 256 /* columns summed before they are added to the result, where no group is shorter */

static inline __attribute__((always_inline)) __m512 dot(__m512 sum, __m512i a, __m512i b)
{
#ifdef __AVX512BF16__
    return _mm512_dpbf16_ps(sum, (__m512bh)a, (__m512bh)b);
#else
    const __m512i high = _mm512_set1_epi32((int)0xffff0000u);
    sum = _mm512_fmadd_ps(_mm512_castsi512_ps(_mm512_slli_epi32(a, 16)),
                          _mm512_castsi512_ps(_mm512_slli_epi32(b, 16)), sum);
    return _mm512_fmadd_ps(_mm512_castsi512_ps(_mm512_and_si512(a, high)),
                           _mm512_castsi512_ps(_mm512_and_si512(b, high)), sum);
#endif
}

/* Whole numbers of at most 8 bits are exact in bfloat16: cutting the mantissa loses nothing. */
static inline __attribute__((always_inline)) __m512i from_int8(const int8_t *p)
{
    const __m512i order = _mm512_set_epi16(
        63, 61, 59, 57, 55, 53, 51, 49, 47, 45, 43, 41, 39, 37, 35, 33,
        31, 29, 27, 25, 23, 21, 19, 17, 15, 13, 11, 9, 7, 5, 3, 1);
    __m512 low = _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i *)p)));
    __m512 high =
        _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i *)(p + 16))));
#ifdef __AVX512BF16__
    (void)order;
    return (__m512i)_mm512_cvtne2ps_pbh(high, low);
#else
    return _mm512_permutex2var_epi16(_mm512_castps_si512(low), order, _mm512_castps_si512(high));
#endif
}

/* The weights of one pair of columns: 64 rows x 2 columns of bfloat16 in four vectors. */
static inline __attribute__((always_inline)) void fetch(int format, const void *weight, int64_t pair,
                                                        __m512i table, __m512i w[4])
{
    if (format == BF16) {
        const char *p = (const char *)weight + pair * 256;
        for (int i = 0; i < 4; i++) w[i] = _mm512_loadu_si512(p + 64 * i);
    } else if (format == INT8) {
        const int8_t *p = (const int8_t *)weight + pair * 128;
        for (int i = 0; i < 4; i++) w[i] = from_int8(p + 32 * i);
    } else {
        const char *p = (const char *)weight + pair * 64;
        for (int i = 0; i < 2; i++) {
            /* A look-up takes the five low bits, and the table is there twice: nothing to mask. */
            __m512i codes = _mm512_cvtepu8_epi16(_mm256_loadu_si256((const __m256i *)(p + 32 * i)));
            w[2 * i] = _mm512_permutexvar_epi16(codes, table);
            w[2 * i + 1] = _mm512_permutexvar_epi16(_mm512_srli_epi16(codes, 4), table);
        }
    }
}

static inline int64_t pair_bytes(int format)
{
    return format == BF16 ? 256 : format == INT8 ? 128 : 64;
}

/* Adds `pairs` columns' products for `rows` rows of x to sums (rows, 64). */
static inline __attribute__((always_inline)) void span(int format, int rows, const uint16_t *x, int64_t k,
                                                       const void *weight, int64_t pairs, __m512i table,
                                                       const __m512 scale[4], const __m512 zero[4],
                                                       const float *x_sum, int64_t x_sum_step, float *sums)
{
    __m512 part[ROWS][4];
    for (int r = 0; r < rows; r++)
        for (int i = 0; i < 4; i++) part[r][i] = _mm512_setzero_ps();
    const int64_t step = pair_bytes(format);
    for (int64_t pair = 0; pair < pairs; pair++) {
        __m512i w[4];
        for (int64_t line = 0; line < step; line += 64)
            _mm_prefetch((const char *)weight + pair * step + AHEAD + line, _MM_HINT_T0);
        fetch(format, weight, pair, table, w);
        for (int r = 0; r < rows; r++) {
            int32_t both;
            memcpy(&both, x + r * k + 2 * pair, 4);
            __m512i value = _mm512_set1_epi32(both);
            for (int i = 0; i < 4; i++) part[r][i] = dot(part[r][i], w[i], value);
        }
    }
    for (int r = 0; r < rows; r++)
        for (int i = 0; i < 4; i++) {
            float *at = sums + r * BLOCK + 16 * i;
            __m512 sum = _mm512_fmadd_ps(part[r][i], scale[i], _mm512_loadu_ps(at));
            if (x_sum) sum = _mm512_fmadd_ps(zero[i], _mm512_set1_ps(x_sum[r * x_sum_step]), sum);
            _mm512_storeu_ps(at, sum);
        }
}

#define CASES(format)                                                                                   \
    switch (rows) {                                                                                     \
    case 1: span(format, 1, x, k, weight, pairs, table, scale, zero, x_sum, x_sum_step, sums); break;   \
    case 2: span(format, 2, x, k, weight, pairs, table, scale, zero, x_sum, x_sum_step, sums); break;   \
    case 3: span(format, 3, x, k, weight, pairs, table, scale, zero, x_sum, x_sum_step, sums); break;   \
    case 4: span(format, 4, x, k, weight, pairs, table, scale, zero, x_sum, x_sum_step, sums); break;   \
    case 5: span(format, 5, x, k, weight, pairs, table, scale, zero, x_sum, x_sum_step, sums); break;   \
    default: span(format, ROWS, x, k, weight, pairs, table, scale, zero, x_sum, x_sum_step, sums);      \
    }

static void run_span(int format, int rows, const uint16_t *x, int64_t k, const void *weight, int64_t pairs,
                     __m512i table, const __m512 scale[4], const __m512 zero[4], const float *x_sum,
                     int64_t x_sum_step, float *sums)
{
    if (format == BF16) { CASES(BF16) }
    else if (format == INT8) { CASES(INT8) }
    else { CASES(INT4) } /* nf4 differs by its table alone */
}

/* Decodes `pairs` columns of 64 rows to bfloat16, two halves of 32 rows each, and asks for those that are next: they
 * come while these are multiplied. */
static inline __attribute__((always_inline)) void decode(int format, const void *weight, int64_t pairs,
                                                         __m512i table, uint16_t *tile)
{
    const int64_t step = pair_bytes(format), ahead = pairs * step > 2 * AHEAD ? pairs * step : 2 * AHEAD;
    for (int64_t pair = 0; pair < pairs; pair++) {
        __m512i w[4];
        for (int64_t line = 0; line < step; line += 64)
            _mm_prefetch((const char *)weight + pair * step + ahead + line, _MM_HINT_T0);
        fetch(format, weight, pair, table, w);
        for (int i = 0; i < 4; i++)
            _mm512_store_si512(tile + (i / 2) * SPAN * HALF + pair * 2 * HALF + i % 2 * HALF, w[i]);
    }
}

/* Columns that are summed before their scale is applied: to the end of the group, or a span of a long one. */
static inline int64_t summed(const Linear *a, int64_t at)
{
    const int64_t left = a->group - at % a->group;
    return left < SPAN ? left : SPAN;
}

/* Adds the products of decoded columns at..end for `rows` rows of x and 32 rows of weights to sums (rows, 64). The sums
 * stay in registers over the groups, so that short groups cost little. */
static inline __attribute__((always_inline)) void strip(const Linear *a, int rows, const uint16_t *x, const uint16_t *tile,
                                                        int64_t at, int64_t end, const uint16_t *scales,
                                                        const uint16_t *zeros, const float *x_sums, float *sums)
{
    const int64_t groups = a->k / a->group;
    __m512 sum[ROWS][2];
    for (int r = 0; r < rows; r++)
        for (int i = 0; i < 2; i++) sum[r][i] = _mm512_loadu_ps(sums + r * BLOCK + 16 * i);
    while (at < end) {
        const int64_t g = at / a->group, pairs = summed(a, at) / 2;
        __m512 part[ROWS][2];
        for (int r = 0; r < rows; r++)
            for (int i = 0; i < 2; i++) part[r][i] = _mm512_setzero_ps();
        for (int64_t pair = 0; pair < pairs; pair++, tile += 2 * HALF) {
            const __m512i low = _mm512_load_si512(tile), high = _mm512_load_si512(tile + HALF);
            for (int r = 0; r < rows; r++) {
                int32_t both;
                memcpy(&both, x + r * a->k + at + 2 * pair, 4);
                const __m512i value = _mm512_set1_epi32(both);
                part[r][0] = dot(part[r][0], low, value);
                part[r][1] = dot(part[r][1], high, value);
            }
        }
        for (int i = 0; i < 2; i++) {
            const __m512 scale = scales ? widen(scales + g * BLOCK + 16 * i) : _mm512_set1_ps(1.0f);
            for (int r = 0; r < rows; r++) sum[r][i] = _mm512_fmadd_ps(part[r][i], scale, sum[r][i]);
            if (zeros && at == g * a->group) {
                const __m512 zero = widen(zeros + g * BLOCK + 16 * i);
                for (int r = 0; r < rows; r++)
                    sum[r][i] = _mm512_fmadd_ps(zero, _mm512_set1_ps(x_sums[r * groups + g]), sum[r][i]);
            }
        }
        at += 2 * pairs;
    }
    for (int r = 0; r < rows; r++)
        for (int i = 0; i < 2; i++) _mm512_storeu_ps(sums + r * BLOCK + 16 * i, sum[r][i]);
}

static void run_strip(const Linear *a, int64_t rows, const uint16_t *x, const uint16_t *tile, int64_t at, int64_t end,
                      const uint16_t *scales, const uint16_t *zeros, const float *x_sums, float *sums)
{
    switch (rows) {
    case 1: strip(a, 1, x, tile, at, end, scales, zeros, x_sums, sums); break;
    case 2: strip(a, 2, x, tile, at, end, scales, zeros, x_sums, sums); break;
    case 3: strip(a, 3, x, tile, at, end, scales, zeros, x_sums, sums); break;
    case 4: strip(a, 4, x, tile, at, end, scales, zeros, x_sums, sums); break;
    case 5: strip(a, 5, x, tile, at, end, scales, zeros, x_sums, sums); break;
    default: strip(a, ROWS, x, tile, at, end, scales, zeros, x_sums, sums);
    }
}

/* Many rows of x: a tile is decoded once for all of them. */
static void many(const Linear *a, int64_t index, int64_t first, int64_t rows, const float *x_sums, float *sums,
                 uint16_t *tile)
{
    const int64_t groups = a->k / a->group, bytes = pair_bytes(a->format);
    const char *weight = (const char *)a->weight + index * (a->k / 2) * bytes;
    const uint16_t *scales = a->scale ? a->scale + index * groups * BLOCK : NULL;
    const uint16_t *zeros = a->zero ? a->zero + index * groups * BLOCK : NULL;
    const __m512i table = a->table ? _mm512_loadu_si512(a->table) : _mm512_setzero_si512();
    const int64_t height = strip_height(rows);
    for (int64_t at = 0, end = 0; at < a->k; at = end) {
        while (end < a->k && end + summed(a, end) - at <= SPAN) end += summed(a, end);
        if (a->format == INT8) decode(INT8, weight + at / 2 * bytes, (end - at) / 2, table, tile);
        else decode(INT4, weight + at / 2 * bytes, (end - at) / 2, table, tile);
        for (int half = 0; half < 2; half++)
            for (int64_t r = 0; r < rows; r += height)
                run_strip(a, rows - r < height ? rows - r : height, (const uint16_t *)a->x + (first + r) * a->k,
                          tile + half * SPAN * HALF, at, end, scales ? scales + half * HALF : NULL,
                          zeros ? zeros + half * HALF : NULL, zeros ? x_sums + (first + r) * groups : NULL,
                          sums + r * BLOCK + half * HALF);
    }
}

/* Few rows of x, or weights that need no decoding. */
static void few(const Linear *a, int64_t index, int64_t first, int64_t rows, const float *x_sums, float *sums)
{
    const int64_t groups = a->k / a->group, bytes = pair_bytes(a->format);
    const char *weight = (const char *)a->weight + index * (a->k / 2) * bytes;
    const __m512i table = a->table ? _mm512_loadu_si512(a->table) : _mm512_setzero_si512();
    const int64_t height = strip_height(rows);
    for (int64_t at = 0; at < a->k;) {
        const int64_t g = at / a->group, pairs = summed(a, at) / 2;
        __m512 scale[4], zero[4];
        for (int i = 0; i < 2; i++) {
            if (a->scale) _mm_prefetch(a->scale + (index * groups + g + 4) * BLOCK + 32 * i, _MM_HINT_T0);
            if (a->zero) _mm_prefetch(a->zero + (index * groups + g + 4) * BLOCK + 32 * i, _MM_HINT_T0);
        }
        for (int i = 0; i < 4; i++) {
            scale[i] = a->scale ? widen(a->scale + (index * groups + g) * BLOCK + 16 * i) : _mm512_set1_ps(1.0f);
            zero[i] = a->zero ? widen(a->zero + (index * groups + g) * BLOCK + 16 * i) : _mm512_setzero_ps();
        }
        /* The sum of x over a group is added with the group's first part. */
        const int add_zero = a->zero && at == g * a->group;
        for (int64_t r = 0; r < rows; r += height)
            run_span(a->format, (int)(rows - r < height ? rows - r : height), (const uint16_t *)a->x + (first + r) * a->k + at, a->k,
                     weight + at / 2 * bytes, pairs, table, scale, zero,
                     add_zero ? x_sums + (first + r) * groups + g : NULL, groups, sums + r * BLOCK);
        at += 2 * pairs;
    }
}

static void block(const Linear *a, int64_t index, int64_t first, int64_t rows, const float *x_sums,
                  float *sums, uint16_t *tile)
{
    memset(sums, 0, (size_t)rows * BLOCK * sizeof(float));
    if (a->format != BF16 && rows > FEW) many(a, index, first, rows, x_sums, sums, tile);
    else few(a, index, first, rows, x_sums, sums);
    finish(a, first, rows, index * BLOCK, BLOCK, sums);
}

/* Returns 0, or 1 where memory ran out. */
int phi_pairs(const Linear *a)
{
    const int64_t groups = a->k / a->group, blocks = (a->n + BLOCK - 1) / BLOCK;
    float *x_sums = NULL;
    int failed = 0;
    if (a->zero && !(x_sums = malloc((size_t)(a->m * groups) * sizeof(float)))) return 1;
    const int64_t panel = a->m < PANEL ? a->m : PANEL;
#pragma omp parallel num_threads(a->threads) reduction(| : failed)
    {
        float *sums = aligned_alloc(64, (size_t)panel * BLOCK * sizeof(float));
        uint16_t *tile = aligned_alloc(64, SPAN * BLOCK * sizeof(uint16_t));
        failed = !sums || !tile;
        if (x_sums) {
#pragma omp for
            for (int64_t r = 0; r < a->m; r++)
                for (int64_t g = 0; g < groups; g++) {
                    __m512 sum = _mm512_setzero_ps();
                    for (int64_t i = 0; i < a->group; i += 16)
                        sum = _mm512_add_ps(sum, widen((const uint16_t *)a->x + r * a->k + g * a->group + i));
                    x_sums[r * groups + g] = _mm512_reduce_add_ps(sum);
                }
        }
        for (int64_t first = 0; first < a->m; first += panel) {
            const int64_t rows = a->m - first < panel ? a->m - first : panel;
#pragma omp for schedule(dynamic, portion_of(a, blocks)) nowait
            for (int64_t index = 0; index < blocks; index++)
                if (!failed) block(a, index, first, rows, x_sums, sums, tile);
        }
        free(sums);
        free(tile);
    }
    free(x_sums);
    return failed;
}

#else

/* Never called: `phi_rates` gives words where there are no pairs. */
int phi_pairs(const Linear *a)
{
    (void)a;
    return 1;
}

#endif
