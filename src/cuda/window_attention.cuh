#pragma once

#include <cstdint>

#include "cuda/kernel_language.h"
#include "cuda/window_sizes.h"

// Attention inside windows (ops/window_attention.h): query, key and value of a window's tokens are gathered from their
// places in the image, and the scores never leave shared memory. All sums are float32.
namespace jetvit {

constexpr int kAttentionThreads = kAttentionWarps * kWarp;

// The pixel of a token of a window, or -1 for padding.
__device__ inline int pixel_of(const WindowSizes& sizes, int window, int token) {
  const int count = sizes.count();
  const auto place = [&](int index, int t) { return sizes.spread ? t * count + index : index * sizes.window + t; };
  const int row = place(window / count, token / sizes.window);
  const int column = place(window % count, token % sizes.window);
  if (row >= sizes.side || column >= sizes.side) return -1;
  return (row + sizes.shift) % sizes.side * sizes.side + (column + sizes.shift) % sizes.side;
}

// Tokens of different numbers were not neighbors before the shift.
__device__ inline int region_of(const WindowSizes& sizes, int window, int token) {
  const int count = sizes.count();
  const int padded = count * sizes.window;
  const auto band = [&](int place) {
    return (place >= padded - sizes.window ? 1 : 0) + (place >= padded - sizes.shift ? 1 : 0);
  };
  return 3 * band(window / count * sizes.window + token / sizes.window) +
         band(window % count * sizes.window + token % sizes.window);
}

// One of query, key and value of a head to shared memory, times a factor; `padding` (3 channels) in place of tokens
// outside of the image, or zeros where it is null.
template <class T>
__device__ void gather_tokens(const WindowSizes& sizes, const T* image, const float* padding, int window, int head,
                              int kind, float factor, float* to) {
  const int first = sizes.first_channel(head, kind);
  for (int i = static_cast<int>(threadIdx.x); i < sizes.tokens() * sizes.depth; i += kAttentionThreads) {
    const int token = i / sizes.depth;
    const int d = i % sizes.depth;
    const int pixel = pixel_of(sizes, window, token);
    float value = padding == nullptr ? 0 : padding[first + d];
    if (pixel >= 0) value = static_cast<float>(image[std::int64_t{pixel} * 3 * sizes.channels() + first + d]);
    to[token * sizes.row() + d] = factor * value;
  }
}

__device__ inline float dot(const float* a, const float* b, int count) {
  float sum = 0;
  for (int i = 0; i < count; ++i) sum += a[i] * b[i];
  return sum;
}

// A row of attention weights by a warp: softmax of q k^T + bias + mask for one query.
__device__ inline void attend(const WindowSizes& sizes, const float* q, const float* k, const float* bias, int window,
                              int head, int query, float* weights) {
  constexpr float kMasked = -100;  // as in ops/window_layout.h
  const int lane = static_cast<int>(threadIdx.x) % kWarp;
  const int tokens = sizes.tokens();
  const int region = sizes.shift > 0 ? region_of(sizes, window, query) : 0;
  float most = -3e38F;
  for (int key = lane; key < tokens; key += kWarp) {
    float score = dot(q + query * sizes.row(), k + key * sizes.row(), sizes.depth);
    if (bias != nullptr) score += bias[(std::int64_t{head} * tokens + query) * tokens + key];
    if (sizes.shift > 0 && region_of(sizes, window, key) != region) score += kMasked;
    weights[key] = score;
    most = score > most ? score : most;
  }
  most = warp_maximum(most);
  float sum = 0;
  for (int key = lane; key < tokens; key += kWarp) sum += weights[key] = __expf(weights[key] - most);
  const float factor = 1 / warp_sum(sum);
  for (int key = lane; key < tokens; key += kWarp) weights[key] *= factor;
}

// A block for each head of each window; blockIdx.x counts heads, then windows, then images. qkv (images, side, side,
// 3 channels), y (images, side, side, channels). sizes.forward_floats() of shared memory.
template <class T>
__global__ void __launch_bounds__(kAttentionThreads)
    window_attention_forward(const T* qkv, const float* padding, const float* bias, T* y, WindowSizes sizes) {
  JETVIT_DYNAMIC_SHARED(float, memory);
  const int tokens = sizes.tokens();
  float* q = memory;
  float* k = q + tokens * sizes.row();
  float* v = k + tokens * sizes.row();
  const int warp = static_cast<int>(threadIdx.x) / kWarp;
  const int lane = static_cast<int>(threadIdx.x) % kWarp;
  float* weights = v + tokens * sizes.row() + warp * tokens;
  const int head = static_cast<int>(blockIdx.x) % sizes.heads;
  const int window = static_cast<int>(blockIdx.x) / sizes.heads % sizes.windows();
  const std::int64_t image = static_cast<int>(blockIdx.x) / sizes.heads / sizes.windows();
  const std::int64_t pixels = std::int64_t{sizes.side} * sizes.side;
  const T* from = qkv + image * pixels * 3 * sizes.channels();
  gather_tokens(sizes, from, padding, window, head, 0, rsqrtf(static_cast<float>(sizes.depth)), q);
  gather_tokens(sizes, from, padding, window, head, 1, 1, k);
  gather_tokens(sizes, from, padding, window, head, 2, 1, v);
  __syncthreads();
  for (int query = warp; query < tokens; query += kAttentionWarps) {
    const int pixel = pixel_of(sizes, window, query);
    if (pixel < 0) continue;  // the same for the whole warp
    attend(sizes, q, k, bias, window, head, query, weights);
    __syncwarp();
    T* to = y + (image * pixels + pixel) * sizes.channels() + head * sizes.depth;
    for (int d = lane; d < sizes.depth; d += kWarp) {
      float sum = 0;
      for (int key = 0; key < tokens; ++key) sum += weights[key] * v[key * sizes.row() + d];
      to[d] = static_cast<T>(sum);
    }
    __syncwarp();
  }
}

// What the backward pass of one window has in shared memory.
struct WindowMatrices {
  float *q, *k, *v, *gradient;      // (tokens, depth), q scaled
  float *weights, *score_gradient;  // (query, key)

  __device__ WindowMatrices(const WindowSizes& sizes, float* memory)
      : q(memory),
        k(q + sizes.tokens() * sizes.row()),
        v(k + sizes.tokens() * sizes.row()),
        gradient(v + sizes.tokens() * sizes.row()),
        weights(gradient + sizes.tokens() * sizes.row()),
        score_gradient(weights + sizes.tokens() * sizes.score_row()) {}
};

// The gradient of query (0), key (1) or value (2) of a token, in channel d of its head.
__device__ inline float token_gradient(const WindowSizes& sizes, const WindowMatrices& m, int kind, int token, int d) {
  const int tokens = sizes.tokens();
  float sum = 0;
  if (kind == 0) {
    const float* scores = m.score_gradient + token * sizes.score_row();
    for (int key = 0; key < tokens; ++key) sum += scores[key] * m.k[key * sizes.row() + d];
    return sum * rsqrtf(static_cast<float>(sizes.depth));
  }
  const float* of_scores = kind == 1 ? m.score_gradient : m.weights;
  const float* rows = kind == 1 ? m.q : m.gradient;
  for (int query = 0; query < tokens; ++query) {
    sum += of_scores[query * sizes.score_row() + token] * rows[query * sizes.row() + d];
  }
  return sum;
}

// Attention weights and the gradient of the scores, a warp for each query.
__device__ inline void differentiate_scores(const WindowSizes& sizes, const WindowMatrices& m, const float* bias,
                                            int window, int head) {
  const int warp = static_cast<int>(threadIdx.x) / kWarp;
  const int lane = static_cast<int>(threadIdx.x) % kWarp;
  for (int query = warp; query < sizes.tokens(); query += kAttentionWarps) {
    float* weights = m.weights + query * sizes.score_row();
    float* of_scores = m.score_gradient + query * sizes.score_row();
    attend(sizes, m.q, m.k, bias, window, head, query, weights);
    float mean = 0;
    for (int key = lane; key < sizes.tokens(); key += kWarp) {
      of_scores[key] = dot(m.gradient + query * sizes.row(), m.v + key * sizes.row(), sizes.depth);
      mean += weights[key] * of_scores[key];
    }
    mean = warp_sum(mean);
    for (int key = lane; key < sizes.tokens(); key += kWarp) of_scores[key] = weights[key] * (of_scores[key] - mean);
  }
}

// The gradients of qkv, and sums over the windows of a part for those of bias (parts, heads, query, key) and padding
// (parts, 3 channels), each null where it is not needed. blockIdx.x is the head and blockIdx.y the part: every
// gridDim.y-th window, counted over all images. gradient (images, side, side, channels). sizes.backward_floats() of
// shared memory.
template <class T>
__global__ void __launch_bounds__(kAttentionThreads)
    window_attention_backward(const T* gradient, const T* qkv, const float* padding, const float* bias, T* of_qkv,
                              float* bias_sums, float* padding_sums, WindowSizes sizes) {
  JETVIT_DYNAMIC_SHARED(float, memory);
  const WindowMatrices m(sizes, memory);
  const int tokens = sizes.tokens();
  float* bias_sum = m.score_gradient + tokens * sizes.score_row();
  float* padding_sum = bias_sum + tokens * tokens;
  const int thread = static_cast<int>(threadIdx.x);
  const int head = static_cast<int>(blockIdx.x);
  const std::int64_t pixels = std::int64_t{sizes.side} * sizes.side;
  // Each thread adds to entries of its own.
  for (int i = thread; i < tokens * tokens; i += kAttentionThreads) bias_sum[i] = 0;
  for (int i = thread; i < 3 * sizes.depth; i += kAttentionThreads) padding_sum[i] = 0;
  for (std::int64_t unit = blockIdx.y; unit < sizes.images * sizes.windows(); unit += gridDim.y) {
    const int window = static_cast<int>(unit % sizes.windows());
    const std::int64_t image = unit / sizes.windows();
    const T* from = qkv + image * pixels * 3 * sizes.channels();
    gather_tokens(sizes, from, padding, window, head, 0, rsqrtf(static_cast<float>(sizes.depth)), m.q);
    gather_tokens(sizes, from, padding, window, head, 1, 1, m.k);
    gather_tokens(sizes, from, padding, window, head, 2, 1, m.v);
    for (int i = thread; i < tokens * sizes.depth; i += kAttentionThreads) {
      const int pixel = pixel_of(sizes, window, i / sizes.depth);
      const std::int64_t place = (image * pixels + pixel) * sizes.channels() + head * sizes.depth + i % sizes.depth;
      m.gradient[i / sizes.depth * sizes.row() + i % sizes.depth] = pixel < 0 ? 0 : static_cast<float>(gradient[place]);
    }
    __syncthreads();
    differentiate_scores(sizes, m, bias, window, head);
    __syncthreads();
    for (int i = thread; i < tokens * tokens; i += kAttentionThreads) {
      bias_sum[i] += m.score_gradient[i / tokens * sizes.score_row() + i % tokens];
    }
    for (int i = thread; i < 3 * tokens * sizes.depth; i += kAttentionThreads) {
      const int d = i % sizes.depth;
      const int kind = i / sizes.depth % 3;
      const int token = i / sizes.depth / 3;
      const int pixel = pixel_of(sizes, window, token);
      if (pixel < 0) continue;
      of_qkv[(image * pixels + pixel) * 3 * sizes.channels() + sizes.first_channel(head, kind) + d] =
          static_cast<T>(token_gradient(sizes, m, kind, token, d));
    }
    if (padding_sums != nullptr) {
      for (int i = thread; i < 3 * sizes.depth; i += kAttentionThreads) {
        for (int token = 0; token < tokens; ++token) {
          if (pixel_of(sizes, window, token) >= 0) continue;
          padding_sum[i] += token_gradient(sizes, m, i / sizes.depth, token, i % sizes.depth);
        }
      }
    }
    __syncthreads();
  }
  if (bias_sums != nullptr) {
    float* to = bias_sums + (std::int64_t{blockIdx.y} * sizes.heads + head) * tokens * tokens;
    for (int i = thread; i < tokens * tokens; i += kAttentionThreads) to[i] = bias_sum[i];
  }
  if (padding_sums != nullptr) {
    float* to = padding_sums + std::int64_t{blockIdx.y} * 3 * sizes.channels();
    for (int i = thread; i < 3 * sizes.depth; i += kAttentionThreads) {
      to[sizes.first_channel(head, i / sizes.depth) + i % sizes.depth] = padding_sum[i];
    }
  }
}

}  // namespace jetvit
