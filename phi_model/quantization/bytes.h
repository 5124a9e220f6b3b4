/* Products with weights in few bits as products of bytes: what those on vectors (`bytes.c`) and on tiles (`byte_tiles.c`) share.
 *
 * x is rounded to 8 bits for each span of columns, q = round(127 x / largest), as llama.cpp does for each 32: the shorter a span,
 * the less its largest number costs the others, and the longer, the seldomer its product is scaled. A span's product is
 * then a whole number, and exact, in whatever order it is summed. Of float32, what that leaves over is rounded again, and what that
 * leaves over once more: three rows, which hold 24 bits. Weights are unsigned bytes, which the instructions want: what was
 * added to them to make them so is taken off again by the number that a span starts with. nf4's values, which are no whole
 * numbers, are two bytes, 256 high + low.
 *
 * The weights lie in blocks of 32 rows, (columns / 4, 32 rows, 4 columns); with 4 bits, rows r and r + 16 share a byte.
 */
#ifndef PHI_BYTES_H
#define PHI_BYTES_H

#include "linear.h"

#define BLOCK 32  /* output rows of a block: two vectors of 16 */
#define SPAN 128  /* columns whose product is one whole number, where no group is shorter */
#define PART 256  /* columns of x that lie together, and meet many blocks' weights, where the products are tiles' */
#define CHUNK 512 /* columns that are decoded at once: a multiple of SPAN and of short groups */

/* x as bytes. */
typedef struct {
    int8_t *bytes;  /* see below */
    float *scale;   /* of a row's span, as `sum` and `start`: (rows, spans) for vectors, (spans, rows) for tiles */
    float *sum;     /* of x */
    int32_t *start; /* what a span's sum starts with */
    int64_t row_step, span_step; /* from a row to the next in these, and from a span */
    int64_t rows;   /* one for each of x, three where that is float32 */
    int64_t strips, tall; /* of how many rows each, where the products are tiles'; none where they are vectors' */
} Rounded;

/* For vectors `bytes` is (rows, k). For tiles it is cut into parts of so many columns as `next_part` tells, and a part is
 * (strips, columns / 64, tall, 64). */

/* Columns from `at` on whose product is one whole number. */
static inline int64_t span_at(const Linear *a, int64_t at)
{
    const int64_t left = a->group - at % a->group;
    return left < SPAN ? left : SPAN;
}

/* Where the spans end of which at most `most` columns begin at `at`. */
static inline int64_t next_part(const Linear *a, int64_t at, int64_t most)
{
    int64_t end = at;
    while (end < a->k && end + span_at(a, end) - at <= most) end += span_at(a, end);
    return end;
}

static inline int64_t packed_bytes(int format) { return format == INT8 ? 4 * BLOCK : 2 * BLOCK; }

static inline int64_t decoded_bytes(int format) { return format == NF4 ? 8 * BLOCK : 4 * BLOCK; }

/* Codes of 4 bits as bytes: (columns / 4, 32 rows, 4 columns), nf4's low bytes after the high ones of the same four columns. */
void phi_decode_bytes(const Linear *a, const char *weight, int64_t columns, char *tile);

/* Whether tiles of bytes are there and fit the groups of columns. */
int phi_byte_tiles_fit(const Linear *a);

/* Rows of x that their products take at once. */
int64_t phi_byte_tiles_rows(int format);

/* All blocks by tiles, within a parallel region; returns 1 where memory ran out. */
int phi_byte_tiles(const Linear *a, const Rounded *x);

#endif
