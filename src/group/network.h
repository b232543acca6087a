#pragma once

#include <string>

namespace jetvit {

// A host as the other processes find it: a name or an address in numbers, and a port of TCP.
struct Endpoint {
  std::string address;
  int port = 0;
};

inline constexpr const char* kLoopback = "127.0.0.1";

// A socket that listens, closed with this object unless it was released.
class Listener {
 public:
  // Listens at `at.address` alone; port 0 lets the kernel choose one. Throws Error if that cannot be.
  explicit Listener(const Endpoint& at);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  int port() const;
  int descriptor() const { return descriptor_; }
  int release();  // the descriptor, which the caller closes then

 private:
  int descriptor_ = -1;
};

// The address, in numbers, from which this host would send to another one: no packet is sent. Throws Error if its name
// is not known or there is no way to it.
std::string address_towards(const std::string& host);

// The address of this host in the network that it is connected to. Throws Error if it is connected to none.
std::string own_address();

bool is_loopback(const std::string& address);  // 127.0.0.0/8 and ::1, in numbers

// Why nothing listens there that can be reached: "Connection refused". Empty: something does.
std::string why_unreachable(const Endpoint& endpoint);

}  // namespace jetvit
