/* Products of bytes on tiles, 16 rows by 64 columns with 64 columns by 16 rows; `bytes.h` tells how they become the product. Each
 * span is a whole number, so a row has bit for bit what vectors give it.
 *
 * Four tiles of sums: of 32 rows of x with a block's two tiles of weights, or, as nf4's weights are two bytes, of 16 rows.
 * Columns of 512 rows of x stay in the second cache while many blocks meet them, a block's weights in the first.
 */
#include "bytes.h"
#include "tiles.h"

#if defined(HAVE_TILES) && defined(__AMX_INT8__) && defined(__AVX512VNNI__)

#define DEEP 64            /* columns of a tile */
#define MOST 512           /* rows for which weights are read once */
#define WIDTH 16           /* blocks that meet the same columns one after the other */
#define NEAR 2             /* blocks that meet a strip one after the other */
#define TILE (TALL * DEEP) /* bytes of a tile */
#define LINE (BLOCK * 4)   /* bytes of weights of a block and four columns, and of a row of sums */

int phi_byte_tiles_fit(const Linear *a)
{
    return phi_tiles_allowed() && a->group % DEEP == 0;
}

/* Rows of a strip. */
static inline int64_t height(int format) { return format == NF4 ? TALL : 2 * TALL; }

int64_t phi_byte_tiles_rows(int format) { return height(format); }

/* The products of a span, `steps` times 64 columns, of a strip and a block: of the first 16 rows in tiles 0 and 1, of the others in
 * 2 and 3; nf4's with high bytes in 0 and 1, with low ones in 2 and 3. */
INLINE void multiply(int format, const int8_t *x, const char *weight, int64_t steps, Ahead *weights, Ahead *rows)
{
    const int64_t line = decoded_bytes(format);
    CLEAR_SUMS;
    for (int64_t step = 0; step < steps; step++, x += height(format) * DEEP, weight += line * DEEP / 4) {
        ask(weights);
        ask(rows);
        _tile_loadd(4, x, 64);
        _tile_loadd(6, weight, line);
        _tile_dpbsud(0, 4, 6);
        _tile_loadd(7, weight + 64, line);
        _tile_dpbsud(1, 4, 7);
        if (format == NF4) {
            _tile_loadd(6, weight + 128, line);
            _tile_dpbsud(2, 4, 6);
            _tile_loadd(7, weight + 192, line);
            _tile_dpbsud(3, 4, 7);
        } else {
            _tile_loadd(5, x + TILE, 64);
            _tile_dpbsud(2, 5, 6);
            _tile_dpbsud(3, 5, 7);
        }
    }
}

/* Stores them as (32 rows, 32), nf4's as (2, 16 rows, 32). */
INLINE void store_tiles(int32_t *found)
{
    _tile_stored(0, found, LINE);
    _tile_stored(1, found + 16, LINE);
    _tile_stored(2, found + TALL * BLOCK, LINE);
    _tile_stored(3, found + TALL * BLOCK + 16, LINE);
}

/* Scales the sums of a span, as `strip` of bytes.c does, and adds them to sums (rows, 32). */
INLINE void add_span(int format, int64_t rows, const Rounded *x, int64_t at, const uint16_t *scales, const uint16_t *zeros,
                     const int32_t *found, float *sums)
{
    const float *by = x->scale + at, *total = x->sum + at;
    const int32_t *start = x->start + at;
    const __m512 scale[2] = { widen(scales), widen(scales + 16) };
    __m512 zero[2] = { _mm512_setzero_ps(), _mm512_setzero_ps() };
    if (format == INT4)
        for (int i = 0; i < 2; i++) zero[i] = widen(zeros + 16 * i);
    for (int64_t r = 0; r < rows; r++, found += BLOCK, sums += BLOCK)
        for (int i = 0; i < 2; i++) {
            __m512i all = _mm512_load_si512(found + 16 * i);
            if (format == NF4) all = _mm512_add_epi32(_mm512_slli_epi32(all, 8), _mm512_load_si512(found + TALL * BLOCK + 16 * i));
            all = _mm512_add_epi32(all, _mm512_set1_epi32(start[r]));
            const __m512 part = _mm512_mul_ps(_mm512_cvtepi32_ps(all), _mm512_set1_ps(by[r]));
            __m512 sum = _mm512_fmadd_ps(part, scale[i], _mm512_load_ps(sums + 16 * i));
            if (format == INT4) sum = _mm512_fmadd_ps(zero[i], _mm512_set1_ps(total[r]), sum);
            _mm512_store_ps(sums + 16 * i, sum);
        }
}

/* What a block and the columns of one part need. */
typedef struct {
    const char *weight;
    int64_t index, at, end;
} Part;

/* Adds a part's columns of one strip to sums (rows, 32). A span's sums are scaled while the tiles work at the next one's, which are
 * stored after that: a store that waits for its tile would keep what follows from beginning. */
INLINE void strip(int format, const Linear *a, const Part *part, const Rounded *x, int64_t row, const int8_t *bytes, Ahead *weights,
                  Ahead *ahead, float *sums)
{
    _Alignas(64) int32_t found[2 * TALL * BLOCK];
    const int64_t groups = a->k / a->group, each = (a->group + SPAN - 1) / SPAN, left = a->m - row;
    const int64_t rows = left < height(format) ? left : height(format);
    const uint16_t *scales = a->scale + part->index * groups * BLOCK;
    const uint16_t *zeros = a->zero ? a->zero + part->index * groups * BLOCK : NULL;
    const char *weight = part->weight;
    int64_t group = 0, span = 0;
    for (int64_t at = part->at, count; at < part->end; at += count) {
        count = span_at(a, at);
        multiply(format, bytes, weight, count / DEEP, weights, ahead);
        if (at > part->at) add_span(format, rows, x, span, scales + group * BLOCK, zeros + group * BLOCK, found, sums);
        store_tiles(found);
        group = at / a->group;
        span = row + (group * each + at % a->group / SPAN) * x->span_step;
        bytes += count * height(format);
        weight += count / 4 * decoded_bytes(format);
    }
    add_span(format, rows, x, span, scales + group * BLOCK, zeros + group * BLOCK, found, sums);
}

static void run_strip(const Linear *a, const Part *part, const Rounded *x, int64_t row, const int8_t *bytes, Ahead *weights,
                      Ahead *ahead, float *sums)
{
    if (a->format == INT8) strip(INT8, a, part, x, row, bytes, weights, ahead, sums);
    else if (a->format == INT4) strip(INT4, a, part, x, row, bytes, weights, ahead, sums);
    else strip(NF4, a, part, x, row, bytes, weights, ahead, sums);
}

static inline const char *weights_of(const Linear *a, int64_t index, int64_t column)
{
    return (const char *)a->weight + (index * a->k + column) / 4 * packed_bytes(a->format);
}

/* One part of NEAR blocks for `strips` strips of rows from `first` on: the first cache holds both blocks' weights and a strip. */
static void part_of(const Linear *a, int64_t index, int64_t count, int64_t at, int64_t end, int64_t first, int64_t strips,
                    const Rounded *x, Ahead *weights, Ahead *next, char *tile, float *sums)
{
    const int64_t size = strips * x->tall * BLOCK;
    const int8_t *bytes = x->bytes + x->tall * (at * x->strips + first * (end - at));
    Part parts[NEAR];
    for (int64_t i = 0; i < count; i++) {
        parts[i] = (Part){ weights_of(a, index + i, at), index + i, at, end };
        if (a->format == INT8) continue;
        char *to = tile + i * (PART / 4 * decoded_bytes(a->format));
        phi_decode_bytes(a, parts[i].weight, end - at, to);
        parts[i].weight = to;
    }
    for (int64_t s = 0; s < strips; s++) {
        const int64_t row = (first + s) * x->tall, left = a->m - row;
        for (int64_t i = 0; i < count; i++) {
            float *to = sums + i * size + s * x->tall * BLOCK;
            run_strip(a, parts + i, x, row, bytes + s * x->tall * (end - at), weights, next, to);
            if (end == a->k) finish(a, row, left < x->tall ? left : x->tall, (index + i) * BLOCK, BLOCK, to);
        }
    }
}

/* `count` blocks for `strips` strips of rows from `first` on, part by part. */
static void blocks_of(const Linear *a, int64_t index, int64_t count, int64_t first, int64_t strips, const Rounded *x, char *tile,
                      float *sums)
{
    const int64_t size = strips * x->tall * BLOCK, lines = packed_bytes(a->format) * DEEP / 4 / 64;
    memset(sums, 0, (size_t)(count * size) * sizeof(float));
    for (int64_t at = 0, end; at < a->k; at = end) {
        end = next_part(a, at, PART);
        const int64_t after = end < a->k ? end : 0;
        Ahead next = { (const char *)x->bytes + x->tall * (after * x->strips + first * (next_part(a, after, PART) - after)),
                       x->tall / count };
        for (int64_t i = 0; i < count; i += NEAR) {
            /* The next blocks' of this part, then the first's of the next. */
            Ahead weights = { i + NEAR < count ? weights_of(a, index + i + NEAR, at)
                              : after              ? weights_of(a, index, after)
                                                   : weights_of(a, index + count, 0),
                              lines / strips + 1 };
            part_of(a, index + i, count - i < NEAR ? count - i : NEAR, at, end, first, strips, x, &weights, &next, tile,
                    sums + i * size);
        }
    }
}

int phi_byte_tiles(const Linear *a, const Rounded *x)
{
    const int64_t blocks = (a->n + BLOCK - 1) / BLOCK, width = blocks_at_once(a, blocks, WIDTH), most = MOST / x->tall;
    const int64_t panel = x->strips < most ? x->strips : most;
    float *sums = aligned_alloc(64, (size_t)(panel * width * x->tall) * BLOCK * sizeof(float));
    char *tile = aligned_alloc(64, NEAR * (PART / 4 * 8 * BLOCK));
    const int failed = !sums || !tile;
    configure(TALL);
    for (int64_t first = 0; first < x->strips; first += panel) {
        const int64_t strips = x->strips - first < panel ? x->strips - first : panel;
#pragma omp for schedule(dynamic, 1) nowait
        for (int64_t index = 0; index < blocks; index += width)
            if (!failed) blocks_of(a, index, blocks - index < width ? blocks - index : width, first, strips, x, tile, sums);
    }
    _tile_release();
    free(sums);
    free(tile);
    return failed;
}

#else

int phi_byte_tiles_fit(const Linear *a)
{
    (void)a;
    return 0;
}

/* Neither is called: they never fit. */
int64_t phi_byte_tiles_rows(int format)
{
    (void)format;
    return 1;
}

int phi_byte_tiles(const Linear *a, const Rounded *x)
{
    (void)a, (void)x;
    return 1;
}

#endif
