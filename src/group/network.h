#pragma once

#include <chrono>
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

  std::string address() const;  // in numbers
  int port() const;
  int descriptor() const { return descriptor_; }
  int release();  // the descriptor, which the caller closes then

 private:
  int descriptor_ = -1;
};

// The address, in numbers, from which this host would send to another one: no packet is sent. Throws Error if its name
// is not known or there is no way to it.
std::string address_towards(const std::string& host);

// The environment variable that names the network interface to use, as in other programs with Gloo.
inline constexpr const char* kInterface = "GLOO_SOCKET_IFNAME";

// The address of a network interface, in numbers: that of version 4 if it has one. Throws Error if there is none.
std::string interface_address(const std::string& interface);

// The address of this host in the network that it is connected to: of kInterface if that is set, else on the way to
// other networks, else of its only interface beside the loopback. Throws Error if there is no such address.
std::string own_address();

bool is_loopback(const std::string& address);  // 127.0.0.0/8 and ::1, in numbers

// Whether a host is known here by a loopback address alone, though it is called neither localhost nor by an address in
// numbers: a host file often names the host itself so. Other hosts find it elsewhere. False if it is not known here.
bool is_named_at_loopback(const std::string& host);

// The endpoint with its address in numbers, once something listens there. Throws Error after `patience`, and as
// throw_if_stopped() does.
Endpoint reached(const Endpoint& endpoint, std::chrono::milliseconds patience);

// Why nothing listens there that can be reached: "Connection refused". Empty: something does.
std::string why_unreachable(const Endpoint& endpoint);

}  // namespace jetvit
