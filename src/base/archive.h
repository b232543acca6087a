#pragma once

#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/error.h"

namespace jetvit {

// Objects as bytes, for another process of the same program on the same kind of machine. The objects are plain values,
// strings, vectors of such objects, and types with a function that names their members once for both directions:
//
//   template <class Archive, class Self>
//     requires std::same_as<std::remove_const_t<Self>, Column>
//   void archive_members(Archive& archive, Self& self) {
//     archive(self.name);
//     archive(self.values);
//   }
class ArchiveWriter {
 public:
  template <class Object>
  void operator()(const Object& object) {
    if constexpr (std::is_trivially_copyable_v<Object>) {
      append(&object, sizeof object);
    } else {
      archive_members(*this, object);
    }
  }

  template <class Object>
  void operator()(const std::vector<Object>& objects) {
    (*this)(objects.size());
    if constexpr (std::is_trivially_copyable_v<Object>) {
      append(objects.data(), objects.size() * sizeof(Object));
    } else {
      for (const Object& object : objects) (*this)(object);
    }
  }

  void operator()(const std::string& text) {
    (*this)(text.size());
    append(text.data(), text.size());
  }

  const std::string& bytes() const { return bytes_; }

 private:
  void append(const void* begin, std::size_t size) {
    if (size > 0) bytes_.append(static_cast<const char*>(begin), size);
  }

  std::string bytes_;
};

// Reads them back, in the same order. Every call throws Error where the bytes end too early.
class ArchiveReader {
 public:
  explicit ArchiveReader(std::string_view bytes) : left_(bytes) {}  // which must outlive this object

  bool is_at_end() const { return left_.empty(); }

  template <class Object>
  void operator()(Object& object) {
    if constexpr (std::is_trivially_copyable_v<Object>) {
      take(&object, sizeof object);
    } else {
      archive_members(*this, object);
    }
  }

  template <class Object>
  void operator()(std::vector<Object>& objects) {
    constexpr bool kIsPlain = std::is_trivially_copyable_v<Object>;
    objects.resize(count_of(kIsPlain ? sizeof(Object) : 1));
    if constexpr (kIsPlain) {
      take(objects.data(), objects.size() * sizeof(Object));
    } else {
      for (Object& object : objects) (*this)(object);
    }
  }

  void operator()(std::string& text) {
    text.resize(count_of(1));
    take(text.data(), text.size());
  }

 private:
  // The number of the objects that follow, of at least `size` bytes each.
  std::size_t count_of(std::size_t size) {
    std::size_t count = 0;
    (*this)(count);
    if (count > left_.size() / size) throw Error("the message of another process is cut short");
    return count;
  }

  void take(void* to, std::size_t size) {
    if (size > left_.size()) throw Error("the message of another process is cut short");
    if (size > 0) std::memcpy(to, left_.data(), size);
    left_.remove_prefix(size);
  }

  std::string_view left_;
};

}  // namespace jetvit
