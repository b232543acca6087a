#pragma once

#include <cstddef>
#include <span>

#include "jet/sparse_images.h"

namespace jetvit {

// The images of jets that stay in files, because memory does not hold them or other processes read them too. For any
// number of threads.
class StoredImages {
 public:
  virtual ~StoredImages() = default;

  // Reads the images of these jets, in this order; `images` keeps its memory. Throws Error naming a file that was cut
  // or changed since it was opened.
  virtual void read(std::span<const std::size_t> jets, SparseImages& images) const = 0;

  // Asks the kernel to read them in the background, for a read() soon.
  virtual void prefetch(std::span<const std::size_t> jets) const = 0;
};

}  // namespace jetvit
