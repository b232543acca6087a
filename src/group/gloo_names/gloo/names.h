// The names of Gloo that c10d/ProcessGroupGloo.hpp uses, declared and no more. The wheel of libtorch contains Gloo's
// code, but not its headers. The process group has Gloo's objects behind pointers only, so that no layout of Gloo's is
// needed.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace gloo {

class Context {
 public:
  void setTimeout(std::chrono::milliseconds timeout);
};

namespace transport {

class Device;
class UnboundBuffer;

}  // namespace transport

namespace rendezvous {

// The base of a class that the header defines and jetvit never makes.
class Store {
 public:
  virtual ~Store();
  virtual void set(const std::string& key, const std::vector<char>& data) = 0;
  virtual std::vector<char> get(const std::string& key) = 0;
  virtual void wait(const std::vector<std::string>& keys) = 0;
  virtual void wait(const std::vector<std::string>& keys, const std::chrono::milliseconds& timeout) = 0;
};

}  // namespace rendezvous
}  // namespace gloo
