/* Vectors of float32 as wide as the processor has them: 16 lanes with AVX-512, 8 with AVX2 and FMA. What is written with
 * these alone is written once for both; each output of a kernel is summed in the same order with either width.
 */
#ifndef PHI_SIMD_H
#define PHI_SIMD_H

#include <immintrin.h>
#include <stdint.h>
#include <string.h>

enum { IS_FLOAT = 0, IS_BF16 = 1 }; /* numbers in memory */

#define INLINE static inline __attribute__((always_inline))

#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512VL__)

#define WIDE 1
#define LANES 16
/* How many of `n` vectors are summed at once for so many rows: all, there are 32 registers. */
#define TOGETHER(rows, n) (n)

typedef __m512 vec;
typedef __m512i bits; /* a vector's lanes as they lie in memory */
typedef __m256i half; /* bfloat16 */
typedef __mmask16 mask;

/* The first `count` lanes, all where it is larger. */
INLINE mask first_lanes(int64_t count) { return count >= LANES ? 0xffff : (1u << count) - 1; }

INLINE vec zero(void) { return _mm512_setzero_ps(); }
INLINE vec every(float value) { return _mm512_set1_ps(value); }
INLINE vec load(const float *p) { return _mm512_loadu_ps(p); }
INLINE vec load_aligned(const float *p) { return _mm512_load_ps(p); }
INLINE vec load_first(mask some, const float *p) { return _mm512_maskz_loadu_ps(some, p); }
INLINE vec load_or(vec other, mask some, const float *p) { return _mm512_mask_loadu_ps(other, some, p); }
INLINE void store(float *p, vec value) { _mm512_storeu_ps(p, value); }
INLINE void store_first(float *p, mask some, vec value) { _mm512_mask_storeu_ps(p, some, value); }
INLINE vec add(vec a, vec b) { return _mm512_add_ps(a, b); }
INLINE vec subtract(vec a, vec b) { return _mm512_sub_ps(a, b); }
INLINE vec times(vec a, vec b) { return _mm512_mul_ps(a, b); }
INLINE vec over(vec a, vec b) { return _mm512_div_ps(a, b); }
/* Both give the second where one is no number. */
INLINE vec least(vec a, vec b) { return _mm512_min_ps(a, b); }
INLINE vec most_of(vec a, vec b) { return _mm512_max_ps(a, b); }
INLINE vec plus_product(vec a, vec b, vec sum) { return _mm512_fmadd_ps(a, b, sum); }
INLINE vec less_product(vec a, vec b, vec sum) { return _mm512_fnmadd_ps(a, b, sum); }
/* `value`, and zero where x is below the limit. */
INLINE vec zero_below(vec x, vec limit, vec value)
{
    return _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(x, limit, _CMP_NLT_UQ), value);
}
INLINE vec whole(vec a) { return _mm512_roundscale_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }
/* a times 2 to the n, n being whole. */
INLINE vec times_power(vec a, vec n) { return _mm512_scalef_ps(a, n); }
INLINE float sum_of(vec a) { return _mm512_reduce_add_ps(a); }
INLINE float largest_of(vec a) { return _mm512_reduce_max_ps(a); }

INLINE bits load_bits(const void *p) { return _mm512_loadu_si512(p); }
INLINE void store_bits(void *p, bits value) { _mm512_store_si512(p, value); }
/* The bfloat16 numbers of 32-bit pairs as float32. */
INLINE bits even_of(bits pairs) { return _mm512_slli_epi32(pairs, 16); }
INLINE bits odd_of(bits pairs) { return _mm512_and_si512(pairs, _mm512_set1_epi32((int)0xffff0000u)); }
INLINE vec as_floats(bits value) { return _mm512_castsi512_ps(value); }

INLINE vec widened_half(half value) { return as_floats(_mm512_slli_epi32(_mm512_cvtepu16_epi32(value), 16)); }
INLINE half load_half(const void *p) { return _mm256_loadu_si256((const __m256i *)p); }
INLINE half load_half_first(mask some, const uint16_t *p) { return _mm256_maskz_loadu_epi16(some, p); }
INLINE void store_half(void *p, half value) { _mm256_storeu_si256((__m256i *)p, value); }
INLINE void store_half_first(uint16_t *p, mask some, half value) { _mm256_mask_storeu_epi16(p, some, value); }

/* float32 to bfloat16, to nearest even; a NaN stays one. The instruction takes what is below 2^-126 for zero. */
#ifdef __AVX512BF16__
static inline half narrow(vec value) { return (half)_mm512_cvtneps_pbh(value); }
#else
static inline half narrow(vec value)
{
    __m512i bits = _mm512_castps_si512(value);
    __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
    __m512i rounded = _mm512_add_epi32(bits, _mm512_add_epi32(odd, _mm512_set1_epi32(0x7fff)));
    __mmask16 nan = _mm512_cmp_ps_mask(value, value, _CMP_UNORD_Q);
    rounded = _mm512_mask_set1_epi32(rounded, nan, 0x7fc00000);
    return _mm512_cvtepi32_epi16(_mm512_srli_epi32(rounded, 16));
}
#endif

#elif defined(__AVX2__) && defined(__FMA__)

#define WIDE 0
#define LANES 8
/* As many as leave 4 of the 16 registers for what is multiplied, in equal parts. */
#define FITS(rows, n, part) ((n) % (part) == 0 && (rows) * (part) <= 12)
#define TOGETHER(rows, n) \
    (FITS(rows, n, 8) ? 8 : FITS(rows, n, 6) ? 6 : FITS(rows, n, 5) ? 5 : FITS(rows, n, 4) ? 4 \
     : FITS(rows, n, 3) ? 3 : FITS(rows, n, 2) ? 2 : 1)

typedef __m256 vec;
typedef __m256i bits;
typedef __m128i half;
typedef int64_t mask; /* how many of the first lanes */

INLINE mask first_lanes(int64_t count) { return count < LANES ? count : LANES; }

INLINE __m256i lanes_below(mask some)
{
    return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)some), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

INLINE vec zero(void) { return _mm256_setzero_ps(); }
INLINE vec every(float value) { return _mm256_set1_ps(value); }
INLINE vec load(const float *p) { return _mm256_loadu_ps(p); }
INLINE vec load_aligned(const float *p) { return _mm256_load_ps(p); }
INLINE vec load_first(mask some, const float *p) { return some == LANES ? load(p) : _mm256_maskload_ps(p, lanes_below(some)); }
INLINE vec load_or(vec other, mask some, const float *p)
{
    const __m256i lanes = lanes_below(some);
    return _mm256_blendv_ps(other, _mm256_maskload_ps(p, lanes), _mm256_castsi256_ps(lanes));
}
INLINE void store(float *p, vec value) { _mm256_storeu_ps(p, value); }
INLINE void store_first(float *p, mask some, vec value)
{
    if (some == LANES) store(p, value);
    else _mm256_maskstore_ps(p, lanes_below(some), value);
}
INLINE vec add(vec a, vec b) { return _mm256_add_ps(a, b); }
INLINE vec subtract(vec a, vec b) { return _mm256_sub_ps(a, b); }
INLINE vec times(vec a, vec b) { return _mm256_mul_ps(a, b); }
INLINE vec over(vec a, vec b) { return _mm256_div_ps(a, b); }
INLINE vec least(vec a, vec b) { return _mm256_min_ps(a, b); }
INLINE vec most_of(vec a, vec b) { return _mm256_max_ps(a, b); }
INLINE vec plus_product(vec a, vec b, vec sum) { return _mm256_fmadd_ps(a, b, sum); }
INLINE vec less_product(vec a, vec b, vec sum) { return _mm256_fnmadd_ps(a, b, sum); }
/* `value`, and zero where x is below the limit. */
INLINE vec zero_below(vec x, vec limit, vec value) { return _mm256_andnot_ps(_mm256_cmp_ps(x, limit, _CMP_LT_OQ), value); }
INLINE vec whole(vec a) { return _mm256_round_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC); }

/* In two steps, since 2 to the n may be no normal number where the product is one, or rounds to zero. */
INLINE vec times_power(vec a, vec n)
{
    const __m256i power = _mm256_cvtps_epi32(n), one = _mm256_set1_epi32(127);
    const __m256i first = _mm256_srai_epi32(power, 1), second = _mm256_sub_epi32(power, first);
    a = _mm256_mul_ps(a, _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(first, one), 23)));
    return _mm256_mul_ps(a, _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(second, one), 23)));
}

INLINE float sum_of(vec a)
{
    __m128 four = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
    four = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(four, _mm_movehdup_ps(four)));
}

INLINE float largest_of(vec a)
{
    __m128 four = _mm_max_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
    four = _mm_max_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_max_ss(four, _mm_movehdup_ps(four)));
}

INLINE bits load_bits(const void *p) { return _mm256_loadu_si256((const __m256i *)p); }
INLINE void store_bits(void *p, bits value) { _mm256_store_si256((__m256i *)p, value); }
INLINE bits even_of(bits pairs) { return _mm256_slli_epi32(pairs, 16); }
INLINE bits odd_of(bits pairs) { return _mm256_and_si256(pairs, _mm256_set1_epi32((int)0xffff0000u)); }
INLINE vec as_floats(bits value) { return _mm256_castsi256_ps(value); }

INLINE vec widened_half(half value) { return as_floats(_mm256_slli_epi32(_mm256_cvtepu16_epi32(value), 16)); }
INLINE half load_half(const void *p) { return _mm_loadu_si128((const __m128i *)p); }
INLINE half load_half_first(mask some, const uint16_t *p)
{
    if (some == LANES) return load_half(p);
    uint16_t lanes[LANES] = { 0 };
    memcpy(lanes, p, (size_t)some * sizeof(uint16_t));
    return load_half(lanes);
}
INLINE void store_half(void *p, half value) { _mm_storeu_si128((__m128i *)p, value); }
INLINE void store_half_first(uint16_t *p, mask some, half value)
{
    uint16_t lanes[LANES];
    if (some == LANES) {
        store_half(p, value);
        return;
    }
    store_half(lanes, value);
    memcpy(p, lanes, (size_t)some * sizeof(uint16_t));
}

static inline half narrow(vec value)
{
    const __m256i is = _mm256_castps_si256(value);
    const __m256i odd = _mm256_and_si256(_mm256_srli_epi32(is, 16), _mm256_set1_epi32(1));
    const __m256i rounded = _mm256_add_epi32(is, _mm256_add_epi32(odd, _mm256_set1_epi32(0x7fff)));
    const __m256 kept = _mm256_blendv_ps(_mm256_castsi256_ps(rounded), _mm256_castsi256_ps(_mm256_set1_epi32(0x7fc00000)),
                                         _mm256_cmp_ps(value, value, _CMP_UNORD_Q));
    const __m256i upper = _mm256_srli_epi32(_mm256_castps_si256(kept), 16);
    return _mm_packus_epi32(_mm256_castsi256_si128(upper), _mm256_extracti128_si256(upper, 1));
}

#else
#error "neither AVX-512 nor AVX2 with FMA"
#endif

INLINE vec widen(const uint16_t *p) { return widened_half(load_half(p)); }

#endif
