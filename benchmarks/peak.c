/* How many bfloat16 products a second the processor can do: nothing but the instruction that the kernels are made of, on
 * registers. `peak` gives the operations (two a product) that it did. */
#include <stdint.h>

#define SUMS 12 /* enough in flight to hide the instruction's latency */

/* In assembly, so that the compiler neither leaves a round out nor moves the sums to memory. */
#define STEP(n) __asm__ volatile("vdpbf16ps %%zmm31, %%zmm30, %%zmm" #n ::: "xmm" #n);

double peak(int64_t rounds, int threads)
{
#pragma omp parallel num_threads(threads)
    {
        __asm__ volatile("vpxord %%zmm30, %%zmm30, %%zmm30\n\tvpxord %%zmm31, %%zmm31, %%zmm31" ::: "xmm30", "xmm31");
        for (int64_t round = 0; round < rounds; round++) {
            STEP(0) STEP(1) STEP(2) STEP(3) STEP(4) STEP(5) STEP(6) STEP(7) STEP(8) STEP(9) STEP(10) STEP(11)
        }
    }
    return 64.0 * SUMS * (double)rounds * threads;
}
