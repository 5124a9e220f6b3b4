/* Products with weights in few bits as products of 16-bit words, for processors with AVX2, which do twice as many of those
 * as of float32 products.
 *
 * x is rounded to words for each span of columns, q = round(32512 x / largest), and weights are widened to words: bytes of
 * even and of odd columns come apart by a mask and a shift. A span's product is then a whole number, and exact. As in
 * `bytes.c` weights are unsigned, and what was added to them to make them so is taken off again by the sum that a span
 * starts with. nf4's values, which are no whole numbers, are 16 bits and taken apart into two bytes: their products with
 * 16 bits of x would be more than a sum can hold.
 *
 * The weights lie as in `bytes.c`, in blocks of 32 rows, (columns / 4, 32 rows, 4 columns); with 4 bits, rows r and r + 16
 * share a byte.
 */
#include "linear.h"

#if !WIDE

#define BLOCK 32  /* output rows of a block: four vectors of 8 */
#define SPAN 128  /* columns whose product is one whole number, where no group is shorter; decoded at once */
#define FEW 3     /* up to so many rows of x, decoding for each strip anew is faster than storing what is decoded */
#define LARGEST 32512
#define TINY 1e-30f /* below this the inverse of a scale may be none */

/* x as words. */
typedef struct {
    int16_t *words; /* (m, k): of four columns the even ones, then the odd ones */
    float *scale;   /* (m, spans) */
    float *sum;     /* (m, spans): of x */
    int32_t *start; /* (m, spans): what a span's sum starts with */
    int64_t spans;
} Rounded;

/* Columns from `at` on whose product is one whole number. */
static inline int64_t span_at(const Linear *a, int64_t at)
{
    const int64_t left = a->group - at % a->group;
    return left < SPAN ? left : SPAN;
}

static inline int64_t spans_of(const Linear *a)
{
    return a->k / a->group * ((a->group + SPAN - 1) / SPAN);
}

static inline int32_t sum_of_lanes(__m256i value)
{
    int32_t lanes[8], sum = 0;
    _mm256_storeu_si256((__m256i *)lanes, value);
    for (int i = 0; i < 8; i++) sum += lanes[i];
    return sum;
}

/* Rounds one span of x (columns) as span `index`, and leaves in x what that leaves over. */
static void round_span(const Linear *a, const Rounded *to, float *x, int64_t columns, int64_t index, int16_t *words)
{
    const __m256i sign = _mm256_set1_epi32(0x7fffffff);
    const __m256i order = _mm256_setr_epi8(0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15, 0, 1, 4, 5, 2, 3, 6, 7, 8, 9,
                                           12, 13, 10, 11, 14, 15);
    __m256i most = _mm256_setzero_si256(), total = most;
    for (int64_t i = 0; i < columns; i += 8)
        most = _mm256_max_epu32(most, _mm256_and_si256(sign, load_bits(x + i)));
    uint32_t lanes[8];
    _mm256_storeu_si256((__m256i *)lanes, most);
    union { uint32_t bits; float value; } largest = { 0 };
    /* As whole numbers infinity and NaN are the largest. */
    for (int i = 0; i < 8; i++) largest.bits = lanes[i] > largest.bits ? lanes[i] : largest.bits;
    const int finite = largest.bits < 0x7f800000u, some = finite && largest.value > TINY;
    const float scale = !finite ? __builtin_nanf("") : some ? largest.value / LARGEST : 0.0f;
    const __m256 inverse = _mm256_set1_ps(some ? LARGEST / largest.value : 0.0f), back = _mm256_set1_ps(scale);
    for (int64_t i = 0; i < columns; i += 16) {
        __m256i q[2];
        for (int j = 0; j < 2; j++) {
            const __m256 value = load(x + i + 8 * j);
            q[j] = _mm256_cvtps_epi32(_mm256_mul_ps(value, inverse));
            total = _mm256_add_epi32(total, q[j]);
            store(x + i + 8 * j, _mm256_fnmadd_ps(_mm256_cvtepi32_ps(q[j]), back, value));
        }
        const __m256i both = _mm256_permute4x64_epi64(_mm256_packs_epi32(q[0], q[1]), 0xd8);
        _mm256_storeu_si256((__m256i *)(words + i), _mm256_shuffle_epi8(both, order));
    }
    const int32_t sum = sum_of_lanes(total);
    to->scale[index] = a->format == NF4 ? scale / 127 : scale; /* its high bytes are 127 times as large as what they stand for */
    to->sum[index] = scale * (float)sum;
    to->start[index] = a->format == INT4 ? -8 * sum : -128 * sum;
}

/* Rounds a row of x; of float32, what that leaves over as a second row, half of all rows further on. */
static void round_row(const Linear *a, const Rounded *to, int64_t row)
{
    float x[SPAN];
    const int64_t again = a->m / 2;
    int64_t index = row * to->spans;
    for (int64_t at = 0, columns; at < a->k; at += columns, index++) {
        columns = span_at(a, at);
        const int64_t from = row * a->k + at;
        if (a->x_type == IS_FLOAT) memcpy(x, (const float *)a->x + from, (size_t)columns * sizeof(float));
        else
            for (int64_t i = 0; i < columns; i += LANES) store(x + i, widen((const uint16_t *)a->x + from + i));
        round_span(a, to, x, columns, index, to->words + from);
        if (a->x_type == IS_FLOAT)
            round_span(a, to, x, columns, index + again * to->spans, to->words + from + again * a->k);
    }
}

/* nf4's values as bytes, the high and the low ones. */
typedef struct {
    __m256i upper, lower;
} Table;

static inline Table table_of(const Linear *a)
{
    const __m128i *p = (const __m128i *)a->table;
    const __m128i none = _mm_setzero_si128();
    return (Table){ _mm256_broadcastsi128_si256(p ? _mm_loadu_si128(p) : none),
                    _mm256_broadcastsi128_si256(p ? _mm_loadu_si128(p + 1) : none) };
}

/* The bytes of the even and of the odd columns of 8 rows. */
INLINE void apart(__m256i bytes, __m256i w[2])
{
    w[0] = _mm256_and_si256(bytes, _mm256_set1_epi16(255));
    w[1] = _mm256_srli_epi16(bytes, 8);
}

/* The weights of four columns of rows 8 * part.. as words, even and odd columns; nf4's low bytes in two more. */
INLINE void fetch(int format, const char *weight, int part, Table table, __m256i w[4])
{
    if (format == INT8) {
        apart(load_bits(weight + 32 * part), w);
        return;
    }
    __m256i codes = load_bits(weight + 32 * (part % 2));
    if (format == INT4) {
        const __m256i nibble = _mm256_set1_epi16(15);
        w[0] = _mm256_and_si256(part < 2 ? codes : _mm256_srli_epi16(codes, 4), nibble);
        w[1] = part < 2 ? _mm256_and_si256(_mm256_srli_epi16(codes, 8), nibble) : _mm256_srli_epi16(codes, 12);
        return;
    }
    codes = _mm256_and_si256(part < 2 ? codes : _mm256_srli_epi16(codes, 4), _mm256_set1_epi8(15));
    apart(_mm256_shuffle_epi8(table.upper, codes), w);
    apart(_mm256_shuffle_epi8(table.lower, codes), w + 2);
}

static inline int64_t packed_bytes(int format) { return format == INT8 ? 4 * BLOCK : 2 * BLOCK; }

/* Words that a weight becomes. */
INLINE int words_of(int format) { return format == NF4 ? 2 : 1; }

/* Two products of words a lane. */
INLINE __m256i add_products(__m256i sum, __m256i w, __m256i x)
{
#ifdef __AVXVNNI__
    return _mm256_dpwssd_avx_epi32(sum, w, x);
#else
    return _mm256_add_epi32(sum, _mm256_madd_epi16(w, x));
#endif
}

/* Two words in every lane. */
INLINE __m256i two(const int16_t *x)
{
    int32_t both;
    memcpy(&both, x, 4);
    return _mm256_set1_epi32(both);
}

/* Where a strip's numbers lie. */
typedef struct {
    const int16_t *words;
    const float *scale, *sum;
    const int32_t *start;
    const uint16_t *scales, *zeros;
    float *sums;
    int64_t k, spans;
} Strip;

/* Adds one span's products, `found` of its high bytes and `low`, to the sums of 8 rows of weights and one of x. */
INLINE void apply(int format, const Strip *s, int r, int part, __m256i found, __m256i low, __m256 scale, __m256 zeros)
{
    float *to = s->sums + r * BLOCK + 8 * part;
    __m256 product = _mm256_cvtepi32_ps(found);
    if (format == NF4) product = _mm256_fmadd_ps(_mm256_cvtepi32_ps(low), _mm256_set1_ps(1.0f / 256), product);
    __m256 sum = _mm256_fmadd_ps(_mm256_mul_ps(product, _mm256_set1_ps(s->scale[r * s->spans])), scale, load(to));
    if (format == INT4) sum = _mm256_fmadd_ps(zeros, _mm256_set1_ps(s->sum[r * s->spans]), sum);
    store(to, sum);
}

/* One span of `steps` times four columns for `rows` rows of x and all 32 rows of weights, decoded on the way, or for
 * `parts` times 8 of them from a tile, (steps, 32 / 8, words, even or odd, 8 rows, 2). */
INLINE void span(int format, int decoded, int rows, int first, int parts, const Strip *s, const char *weight,
                 int64_t steps, Table table)
{
    const int each = words_of(format);
    const int64_t width = decoded ? 8 * BLOCK * each : packed_bytes(format);
    __m256i sum[ROWS][4][2];
    for (int r = 0; r < rows; r++)
        for (int p = 0; p < parts; p++)
            for (int e = 0; e < each; e++) sum[r][p][e] = _mm256_set1_epi32(s->start[r * s->spans]);
    for (int64_t step = 0; step < steps; step++, weight += width) {
        if (!decoded)
            for (int64_t line = 0; line < width; line += 64) _mm_prefetch(weight + AHEAD + line, _MM_HINT_T0);
        if (decoded)
            for (int e = 0; e < each; e++)
                for (int odd = 0; odd < 2; odd++) {
                    __m256i w[4];
                    for (int p = 0; p < parts; p++)
                        w[p] = _mm256_load_si256((const __m256i *)weight + (first + p) * 2 * each + 2 * e + odd);
                    for (int r = 0; r < rows; r++) {
                        const __m256i x = two(s->words + r * s->k + 4 * step + 2 * odd);
                        for (int p = 0; p < parts; p++) sum[r][p][e] = add_products(sum[r][p][e], w[p], x);
                    }
                }
        else
            for (int p = 0; p < parts; p++) {
                __m256i w[4];
                fetch(format, weight, first + p, table, w);
                for (int r = 0; r < rows; r++)
                    for (int odd = 0; odd < 2; odd++) {
                        const __m256i x = two(s->words + r * s->k + 4 * step + 2 * odd);
                        for (int e = 0; e < each; e++) sum[r][p][e] = add_products(sum[r][p][e], w[2 * e + odd], x);
                    }
            }
    }
    for (int p = 0; p < parts; p++) {
        const __m256 scale = widen(s->scales + 8 * (first + p));
        const __m256 zeros = format == INT4 ? widen(s->zeros + 8 * (first + p)) : _mm256_setzero_ps();
        for (int r = 0; r < rows; r++) apply(format, s, r, first + p, sum[r][p][0], sum[r][p][each - 1], scale, zeros);
    }
}

/* A span of packed weights: few rows at a time, so that their sums have registers. */
INLINE void packed(int format, int64_t rows, Strip s, const char *weight, int64_t steps, Table table)
{
    if (format == NF4) {
        for (int64_t r = 0; r < rows; r++) {
            span(format, 0, 1, 0, 4, &s, weight, steps, table);
            s.words += s.k, s.scale += s.spans, s.sum += s.spans, s.start += s.spans, s.sums += BLOCK;
        }
    } else if (rows == 1) span(format, 0, 1, 0, 4, &s, weight, steps, table);
    else if (rows == 2) span(format, 0, 2, 0, 4, &s, weight, steps, table);
    else span(format, 0, 3, 0, 4, &s, weight, steps, table);
}

/* A span of a tile: 12 sums at a time. */
INLINE void strip(int format, int rows, const Strip *s, const char *tile, int64_t steps, Table table)
{
    const int parts = 2 / words_of(format);
    for (int first = 0; first < 4; first += parts) span(format, 1, rows, first, parts, s, tile, steps, table);
}

#define CASES(format)                                         \
    switch (rows) {                                           \
    case 1: strip(format, 1, s, tile, steps, table); break;   \
    case 2: strip(format, 2, s, tile, steps, table); break;   \
    case 3: strip(format, 3, s, tile, steps, table); break;   \
    case 4: strip(format, 4, s, tile, steps, table); break;   \
    case 5: strip(format, 5, s, tile, steps, table); break;   \
    default: strip(format, ROWS, s, tile, steps, table);      \
    }

static void run_strip(int format, int64_t rows, const Strip *s, const char *tile, int64_t steps, Table table)
{
    if (format == NF4) { CASES(NF4) }
    else if (format == INT4) { CASES(INT4) }
    else { CASES(INT8) }
}

INLINE void decode(int format, const char *weight, int64_t steps, Table table, char *tile)
{
    const int vectors = 2 * words_of(format);
    for (int64_t step = 0; step < steps; step++, weight += packed_bytes(format)) {
        for (int64_t line = 0; line < packed_bytes(format); line += 64)
            _mm_prefetch(weight + SPAN / 4 * packed_bytes(format) + line, _MM_HINT_T1);
        for (int part = 0; part < 4; part++, tile += 32 * vectors) {
            __m256i w[4];
            fetch(format, weight, part, table, w);
            for (int i = 0; i < vectors; i++) store_bits(tile + 32 * i, w[i]);
        }
    }
}

static void block(const Linear *a, const Rounded *x, int64_t index, int64_t first, int64_t rows, float *sums, char *tile)
{
    const int64_t groups = a->k / a->group, each = (a->group + SPAN - 1) / SPAN, height = strip_height(rows);
    const char *weight = (const char *)a->weight + index * a->k / 4 * packed_bytes(a->format);
    const Table table = table_of(a);
    memset(sums, 0, (size_t)rows * BLOCK * sizeof(float));
    for (int64_t at = 0, columns; at < a->k; at += columns) {
        columns = span_at(a, at);
        const int64_t g = at / a->group, in_row = g * each + at % a->group / SPAN, place = (index * groups + g) * BLOCK;
        const int64_t steps = columns / 4, from = first * x->spans + in_row;
        Strip s = { x->words + first * a->k + at, x->scale + from, x->sum + from, x->start + from, a->scale + place,
                    a->zero ? a->zero + place : NULL, sums, a->k, x->spans };
        if (rows <= FEW) {
            if (a->format == INT8) packed(INT8, rows, s, weight, steps, table);
            else if (a->format == INT4) packed(INT4, rows, s, weight, steps, table);
            else packed(NF4, rows, s, weight, steps, table);
        } else {
            if (a->format == INT8) decode(INT8, weight, steps, table, tile);
            else if (a->format == INT4) decode(INT4, weight, steps, table, tile);
            else decode(NF4, weight, steps, table, tile);
            for (int64_t r = 0; r < rows; r += height) {
                run_strip(a->format, rows - r < height ? rows - r : height, &s, tile, steps, table);
                s.words += height * s.k, s.sums += height * BLOCK;
                s.scale += height * s.spans, s.sum += height * s.spans, s.start += height * s.spans;
            }
        }
        weight += steps * packed_bytes(a->format);
    }
    finish(a, first, rows, index * BLOCK, BLOCK, sums);
}

/* Returns 0, or 1 where memory ran out. */
int phi_words(const Linear *a)
{
    const int64_t blocks = (a->n + BLOCK - 1) / BLOCK, panel = a->m < PANEL ? a->m : PANEL, spans = spans_of(a);
    const size_t each = (size_t)(a->m * spans) * 4, words = (size_t)(a->m * a->k) * sizeof(int16_t);
    char *memory = malloc(3 * each + words);
    if (!memory) return 1;
    const Rounded x = { (int16_t *)(memory + 3 * each), (float *)memory, (float *)(memory + each),
                        (int32_t *)(memory + 2 * each), spans };
    const int64_t inputs = a->x_type == IS_FLOAT ? a->m / 2 : a->m;
    int failed = 0;
    if (inputs == 1) round_row(a, &x, 0);
#pragma omp parallel num_threads(a->threads) reduction(| : failed)
    {
        float *sums = aligned_alloc(64, (size_t)panel * BLOCK * sizeof(float));
        char *tile = aligned_alloc(64, SPAN / 4 * 16 * BLOCK);
        failed = !sums || !tile;
        if (inputs > 1) {
#pragma omp for
            for (int64_t row = 0; row < inputs; row++) round_row(a, &x, row);
        }
        for (int64_t first = 0; first < a->m; first += panel) {
            const int64_t rows = a->m - first < panel ? a->m - first : panel;
#pragma omp for schedule(dynamic, portion_of(a, blocks)) nowait
            for (int64_t index = 0; index < blocks; index++)
                if (!failed) block(a, &x, index, first, rows, sums, tile);
        }
        free(sums);
        free(tile);
    }
    free(memory);
    return failed;
}

#else

/* Never called: `phi_rates` gives no such products with AVX-512, whose pairs and bytes do more at once. */
int phi_words(const Linear *a)
{
    (void)a;
    return 1;
}

#endif
