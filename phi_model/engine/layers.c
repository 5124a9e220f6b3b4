/* All layers of a model over packed tokens in one call. Between two products lies so little work that the interpreter took as long
 * for it as a quarter of a product: what it needs has left the caches while the weights went through them.
 *
 * A layer is: the norm, one product for queries, keys, values and the inner part, attention and activation, one product for
 * both outputs, the sum with what came in. Numbers in memory are bfloat16, each operation computes in float32.
 */
#include "attention.h"
#include "../quantization/linear.h"

#define FEW 16 /* rows that one thread has done before another has begun */

typedef struct {
    Linear enter, leave;       /* x, out, m and threads are set here */
    const float *weight, *bias; /* (width): of the norm */
    void *keys, *values;
} Layer;

typedef struct {
    const Layer *layers;
    uint16_t *hidden;        /* (tokens, width): changed in place */
    uint16_t *normed;        /* (tokens, width) */
    uint16_t *joined;        /* (tokens, enter.n) */
    uint16_t *inner;         /* (tokens, leave.k), zero where nothing is written */
    int64_t count, width;
    int64_t alone;           /* products with fewer multiplications run on one thread */
    float epsilon;
    int32_t threads;
    Attend attend;           /* keys and values are set here */
} Pass;

/* Adds what the last layer gave to a row, unless it is the first, and norms it, unless it was the last. */
static void settle(const Pass *p, const Layer *next, int64_t row, int first)
{
    uint16_t *hidden = p->hidden + row * p->width, *normed = p->normed + row * p->width;
    vec sum = zero(), squares = zero();
    for (int64_t i = 0; i < p->width; i += LANES) {
        if (!first) store_half(hidden + i, narrow(add(widen(normed + i), widen(hidden + i))));
        sum = add(sum, widen(hidden + i));
    }
    if (!next) return;
    const vec mean = every(sum_of(sum) / (float)p->width);
    for (int64_t i = 0; i < p->width; i += LANES) {
        const vec apart = subtract(widen(hidden + i), mean);
        squares = plus_product(apart, apart, squares);
    }
    const vec by = every(1.0f / sqrtf(sum_of(squares) / (float)p->width + p->epsilon));
    for (int64_t i = 0; i < p->width; i += LANES) {
        const vec apart = times(subtract(widen(hidden + i), mean), by);
        store_half(normed + i, narrow(plus_product(apart, load(next->weight + i), load(next->bias + i))));
    }
}

static void settle_all(const Pass *p, const Layer *next, int first)
{
#pragma omp parallel for num_threads(p->threads) if (p->attend.tokens > FEW)
    for (int64_t row = 0; row < p->attend.tokens; row++) settle(p, next, row, first);
}

static int multiply(const Pass *p, Linear a, const void *x, void *out)
{
    a.x = x;
    a.out = out;
    a.m = p->attend.tokens;
    a.x_type = a.out_type = IS_BF16;
    a.threads = a.m * a.n * a.k < p->alone ? 1 : p->threads;
    return phi_linear(&a);
}

/* Returns 0, or 1 where memory ran out. */
int phi_layers(const Pass *p)
{
    Attend attend = p->attend;
    for (int64_t i = 0; i < p->count; i++) {
        const Layer *layer = p->layers + i;
        settle_all(p, layer, !i);
        if (multiply(p, layer->enter, p->normed, p->joined)) return 1;
        attend.keys = layer->keys;
        attend.values = layer->values;
        phi_attend(&attend);
        if (multiply(p, layer->leave, p->inner, p->normed)) return 1;
    }
    settle_all(p, NULL, 0);
    return 0;
}
