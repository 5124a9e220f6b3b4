/* Products of bytes on vectors, for processors that do four times as many of those as of float32 products; `bytes.h` tells how.
 */
#include "bytes.h"

#if WIDE && defined(__AVX512VNNI__)

#define LARGEST 127
#define NF4_LARGEST 32512 /* what 1.0 becomes as two bytes */
#define PARTS 3           /* rows that float32 becomes */
#define TINY 1e-30f       /* below this the inverse of a scale may be none */

static inline int64_t spans_of(const Linear *a)
{
    return a->k / a->group * ((a->group + SPAN - 1) / SPAN);
}

/* Rounds one span of x (columns) as span `index`, and leaves in x what that leaves over. */
static void round_span(const Linear *a, const Rounded *to, float *x, int64_t columns, int64_t index, int8_t *bytes)
{
    const __m512i sign = _mm512_set1_epi32(0x7fffffff);
    const int64_t tile = to->strips ? 64 * to->tall : 64; /* bytes from 64 columns to the next */
    __m512i most = _mm512_setzero_si512(), total = most;
    for (int64_t i = 0; i < columns; i += 16)
        most = _mm512_max_epu32(most, _mm512_and_si512(sign, _mm512_loadu_si512(x + i)));
    /* As whole numbers infinity and NaN are the largest. */
    const union { uint32_t bits; float value; } largest = { _mm512_reduce_max_epu32(most) };
    const int finite = largest.bits < 0x7f800000u, some = finite && largest.value > TINY;
    const float scale = !finite ? __builtin_nanf("") : some ? largest.value / LARGEST : 0.0f;
    const __m512 inverse = _mm512_set1_ps(some ? LARGEST / largest.value : 0.0f), back = _mm512_set1_ps(scale);
    for (int64_t i = 0; i < columns; i += 16) {
        const __m512 value = _mm512_loadu_ps(x + i);
        const __m512i q = _mm512_cvtps_epi32(_mm512_mul_ps(value, inverse));
        total = _mm512_add_epi32(total, q);
        _mm_storeu_si128((__m128i *)(bytes + i / 64 * tile + i % 64), _mm512_cvtepi32_epi8(q));
        _mm512_storeu_ps(x + i, _mm512_fnmadd_ps(_mm512_cvtepi32_ps(q), back, value));
    }
    const int32_t sum = _mm512_reduce_add_epi32(total);
    to->scale[index] = a->format == NF4 ? scale / NF4_LARGEST : scale;
    to->sum[index] = scale * (float)sum;
    to->start[index] = sum * (a->format == INT8 ? -128 : a->format == INT4 ? -8 : -128 * 257);
}

/* Where columns from `at` on of a row lie, in the part from `part` to `end`. */
static inline int8_t *bytes_of(const Linear *a, const Rounded *to, int64_t row, int64_t part, int64_t end, int64_t at)
{
    if (!to->strips) return to->bytes + row * a->k + at;
    const int64_t strip = row / to->tall;
    return to->bytes + to->tall * (part * to->strips + strip * (end - part) + at - part) + row % to->tall * 64;
}

/* Rounds a row of x, which becomes one row or several, each of what the one before left over. */
static void round_row(const Linear *a, const Rounded *to, int64_t row, int64_t parts)
{
    float x[SPAN];
    int64_t index = row * parts * to->row_step, part = 0, end = 0;
    for (int64_t at = 0, columns; at < a->k; at += columns, index += to->span_step) {
        if (at == end) part = at, end = next_part(a, at, PART);
        columns = span_at(a, at);
        const int64_t from = row * a->k + at;
        if (a->x_type == IS_FLOAT) memcpy(x, (const float *)a->x + from, (size_t)columns * sizeof(float));
        else
            for (int64_t i = 0; i < columns; i += 16) _mm512_storeu_ps(x + i, widen((const uint16_t *)a->x + from + i));
        for (int64_t i = 0; i < parts; i++)
            round_span(a, to, x, columns, index + i * to->row_step, bytes_of(a, to, row * parts + i, part, end, at));
    }
}

/* The weights of four columns as unsigned bytes: (32 rows, 4 columns) in two vectors; nf4's low bytes in two more. */
static inline __attribute__((always_inline)) void fetch(int format, const char *weight, __m512i upper, __m512i lower,
                                                        __m512i w[4])
{
    if (format == INT8) {
        w[0] = _mm512_loadu_si512(weight);
        w[1] = _mm512_loadu_si512(weight + 64);
        return;
    }
    const __m512i both = _mm512_loadu_si512(weight), nibble = _mm512_set1_epi8(15);
    const __m512i first = _mm512_and_si512(both, nibble);
    const __m512i second = _mm512_and_si512(_mm512_srli_epi16(both, 4), nibble);
    if (format == INT4) {
        w[0] = first;
        w[1] = second;
        return;
    }
    w[0] = _mm512_shuffle_epi8(upper, first);
    w[1] = _mm512_shuffle_epi8(upper, second);
    w[2] = _mm512_shuffle_epi8(lower, first);
    w[3] = _mm512_shuffle_epi8(lower, second);
}

/* Four products of bytes a lane. In assembly: with the compiler's own every other sum is copied first. */
static inline __attribute__((always_inline)) __m512i add_products(__m512i sum, __m512i w, __m512i x)
{
    __asm__("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(w), "v"(x));
    return sum;
}

/* Four bytes in every lane. */
static inline __attribute__((always_inline)) __m512i four(const int8_t *x)
{
    int32_t bytes;
    memcpy(&bytes, x, 4);
    return _mm512_set1_epi32(bytes);
}

/* The sums of one span: `steps` times four columns for `rows` rows of x. Of whole numbers, so their order is free: with
 * few rows two steps are summed apart, which are then not each other's next. */
static inline __attribute__((always_inline)) void span(int format, int decoded, int rows, int64_t k, const int8_t *x,
                                                       const int32_t *start, int64_t row_step, const char *weight,
                                                       int64_t steps, __m512i upper, __m512i lower, __m512i out[ROWS][2])
{
    const int64_t width = decoded ? decoded_bytes(format) : packed_bytes(format);
    const int apart = rows <= 2 ? 2 : 1;
    __m512i sum[2][ROWS][2], high[ROWS][2];
    for (int r = 0; r < rows; r++)
        for (int i = 0; i < 2; i++) {
            sum[0][r][i] = _mm512_set1_epi32(start[r * row_step]);
            sum[1][r][i] = high[r][i] = _mm512_setzero_si512();
        }
    for (int64_t step = 0; step < steps; step += apart)
        for (int s = 0; s < apart; s++, weight += width) {
            __m512i w[4];
            if (!decoded)
                for (int64_t line = 0; line < width; line += 64) _mm_prefetch(weight + AHEAD + line, _MM_HINT_T0);
            if (decoded)
                for (int i = 0; i < width / 64; i++) w[i] = _mm512_load_si512(weight + 64 * i);
            else fetch(format, weight, upper, lower, w);
            for (int r = 0; r < rows; r++) {
                const __m512i four_of_x = four(x + r * k + (step + s) * 4);
                for (int i = 0; i < 2; i++) {
                    if (format == NF4) high[r][i] = add_products(high[r][i], w[i], four_of_x);
                    sum[s][r][i] = add_products(sum[s][r][i], w[format == NF4 ? 2 + i : i], four_of_x);
                }
            }
        }
    for (int r = 0; r < rows; r++)
        for (int i = 0; i < 2; i++) {
            out[r][i] = apart == 2 ? _mm512_add_epi32(sum[0][r][i], sum[1][r][i]) : sum[0][r][i];
            if (format == NF4) out[r][i] = _mm512_add_epi32(out[r][i], _mm512_slli_epi32(high[r][i], 8));
        }
}

/* Adds columns at..end for `rows` rows of x, from row `first` on, to sums (rows, 32). */
static inline __attribute__((always_inline)) void strip(int format, int decoded, int rows, const Linear *a,
                                                        const Rounded *x, int64_t first, int64_t index, int64_t at,
                                                        int64_t end, const char *weight, float *sums)
{
    const int64_t groups = a->k / a->group, row_step = x->row_step;
    const int64_t width = decoded ? decoded_bytes(format) : packed_bytes(format);
    const uint16_t *scales = a->scale + index * groups * BLOCK, *zeros = a->zero ? a->zero + index * groups * BLOCK : NULL;
    __m512i upper = _mm512_setzero_si512(), lower = upper;
    if (format == NF4 && !decoded) {
        upper = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)a->table));
        lower = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)a->table + 1));
    }
    const int64_t each = (a->group + SPAN - 1) / SPAN;
    __m512 total[ROWS][2];
    for (int r = 0; r < rows; r++)
        for (int i = 0; i < 2; i++) total[r][i] = _mm512_load_ps(sums + r * BLOCK + 16 * i);
    while (at < end) {
        const int64_t count = span_at(a, at), g = at / a->group, s = first * row_step + g * each + at % a->group / SPAN;
        __m512i found[ROWS][2];
        span(format, decoded, rows, a->k, x->bytes + first * a->k + at, x->start + s, row_step, weight, count / 4, upper,
             lower, found);
        for (int i = 0; i < 2; i++) {
            const __m512 scale = widen(scales + g * BLOCK + 16 * i);
            const __m512 zero = format == INT4 ? widen(zeros + g * BLOCK + 16 * i) : _mm512_setzero_ps();
            for (int r = 0; r < rows; r++) {
                const __m512 part = _mm512_mul_ps(_mm512_cvtepi32_ps(found[r][i]), _mm512_set1_ps(x->scale[s + r * row_step]));
                total[r][i] = _mm512_fmadd_ps(part, scale, total[r][i]);
                if (format == INT4) total[r][i] = _mm512_fmadd_ps(zero, _mm512_set1_ps(x->sum[s + r * row_step]), total[r][i]);
            }
        }
        weight += count / 4 * width;
        at += count;
    }
    for (int r = 0; r < rows; r++)
        for (int i = 0; i < 2; i++) _mm512_store_ps(sums + r * BLOCK + 16 * i, total[r][i]);
}

#define CASE(n)                                                                              \
    case n:                                                                                  \
        if (a->format == INT8) strip(INT8, 0, n, a, x, first, index, at, end, weight, sums); \
        else if (a->format == INT4) {                                                        \
            if (decoded) strip(INT4, 1, n, a, x, first, index, at, end, weight, sums);       \
            else strip(INT4, 0, n, a, x, first, index, at, end, weight, sums);               \
        } else if (decoded) strip(NF4, 1, n, a, x, first, index, at, end, weight, sums);     \
        else strip(NF4, 0, n, a, x, first, index, at, end, weight, sums);                    \
        break;

static void run_strip(int decoded, int64_t rows, const Linear *a, const Rounded *x, int64_t first, int64_t index,
                      int64_t at, int64_t end, const char *weight, float *sums)
{
    switch (rows) {
        CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6)
    }
}

void phi_decode_bytes(const Linear *a, const char *weight, int64_t columns, char *tile)
{
    const __m512i upper = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)a->table));
    const __m512i lower = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)a->table + 1));
    const int vectors = a->format == NF4 ? 4 : 2;
    for (int64_t step = 0; step < columns / 4; step++, weight += packed_bytes(a->format), tile += 64 * vectors) {
        __m512i w[4];
        _mm_prefetch(weight + CHUNK / 4 * 2 * BLOCK, _MM_HINT_T1);
        if (a->format == NF4) fetch(NF4, weight, upper, lower, w);
        else fetch(INT4, weight, upper, lower, w);
        for (int i = 0; i < vectors; i++) _mm512_store_si512(tile + 64 * i, w[i]);
    }
}

/* Adds to the first of each `parts` rows of sums (rows, 32) the others, and moves them together. */
static void join(int64_t rows, int64_t parts, float *sums)
{
    for (int64_t r = 0; r < rows / parts; r++)
        for (int64_t i = 0; i < BLOCK; i += 16) {
            __m512 sum = _mm512_load_ps(sums + r * parts * BLOCK + i);
            for (int64_t p = 1; p < parts; p++) sum = _mm512_add_ps(sum, _mm512_load_ps(sums + (r * parts + p) * BLOCK + i));
            _mm512_store_ps(sums + r * BLOCK + i, sum);
        }
}

static void block(const Linear *a, const Rounded *x, int64_t index, int64_t first, int64_t rows, float *sums, char *tile)
{
    const char *weight = (const char *)a->weight + index * a->k / 4 * packed_bytes(a->format);
    const int64_t height = strip_height(rows), parts = x->rows / a->m;
    const int decoded = a->format != INT8 && rows > ROWS;
    memset(sums, 0, (size_t)rows * BLOCK * sizeof(float));
    for (int64_t at = 0, end = 0; at < a->k; at = end) {
        end = rows <= ROWS ? a->k : next_part(a, at, CHUNK);
        if (decoded) phi_decode_bytes(a, weight, end - at, tile);
        for (int64_t r = 0; r < rows; r += height)
            run_strip(decoded, rows - r < height ? rows - r : height, a, x, first + r, index, at, end,
                      decoded ? tile : weight, sums + r * BLOCK);
        weight += (end - at) / 4 * packed_bytes(a->format);
    }
    if (parts > 1) join(rows, parts, sums);
    finish(a, first / parts, rows / parts, index * BLOCK, BLOCK, sums);
}

/* All blocks on vectors, within a parallel region; returns 1 where memory ran out. */
static int on_vectors(const Linear *a, const Rounded *x)
{
    const int64_t blocks = (a->n + BLOCK - 1) / BLOCK, panel = x->rows < PANEL ? x->rows : PANEL;
    float *sums = aligned_alloc(64, (size_t)panel * BLOCK * sizeof(float));
    char *tile = aligned_alloc(64, CHUNK / 4 * 8 * BLOCK);
    const int failed = !sums || !tile;
    for (int64_t first = 0; first < x->rows; first += panel) {
        const int64_t rows = x->rows - first < panel ? x->rows - first : panel;
#pragma omp for schedule(dynamic, portion_of(a, blocks)) nowait
        for (int64_t index = 0; index < blocks; index++)
            if (!failed) block(a, x, index, first, rows, sums, tile);
    }
    free(sums);
    free(tile);
    return failed;
}

/* Returns 0, or 1 where memory ran out. */
int phi_bytes(const Linear *a)
{
    const int64_t parts = a->x_type == IS_FLOAT ? PARTS : 1, rows = a->m * parts, spans = spans_of(a);
    /* Tiles are faster as soon as vectors would read decoded weights twice. */
    const int tiles = parts == 1 && rows > ROWS && phi_byte_tiles_fit(a);
    const int64_t tall = tiles ? phi_byte_tiles_rows(a->format) : 1, strips = tiles ? (rows + tall - 1) / tall : 0;
    const size_t each = (size_t)(rows * spans) * 4, head = (3 * each + 63) / 64 * 64;
    const size_t bytes = (size_t)((tiles ? strips * tall : rows) * a->k);
    char *memory = aligned_alloc(64, (head + bytes + 63) / 64 * 64);
    if (!memory) return 1;
    const Rounded x = { (int8_t *)(memory + head), (float *)memory, (float *)(memory + each), (int32_t *)(memory + 2 * each),
                        tiles ? 1 : spans, tiles ? rows : 1, rows, strips, tall };
    int failed = 0;
    if (a->m == 1) round_row(a, &x, 0, parts);
#pragma omp parallel num_threads(a->threads) reduction(| : failed)
    {
        if (a->m > 1) {
#pragma omp for
            for (int64_t row = 0; row < a->m; row++) round_row(a, &x, row, parts);
        }
        failed = tiles ? phi_byte_tiles(a, &x) : on_vectors(a, &x);
    }
    free(memory);
    return failed;
}

#else

/* Never called: `phi_rates` gives no such products. */
int phi_bytes(const Linear *a)
{
    (void)a;
    return 1;
}

#endif
