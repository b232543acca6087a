#include "group/network.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/stop_flag.h"
#include "base/text.h"

namespace jetvit {
namespace {

constexpr int kWaiting = 128;  // connections that the kernel keeps until they are accepted
constexpr int kConnectMilliseconds = 2000;
constexpr auto kBetweenTries = std::chrono::milliseconds(50);
// Of a network for documentation (RFC 5737): it is reached, if at all, through the default route.
constexpr const char* kElsewhere = "192.0.2.1";

using Addresses = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

Addresses resolved(const std::string& host, int port, int type, int flags = 0) {
  addrinfo hints = {};
  hints.ai_socktype = type;
  hints.ai_flags = flags;
  addrinfo* found = nullptr;
  const int problem = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (problem != 0) {
    throw Error(text("the host ", printable(host), " is not known here (", gai_strerror(problem), ")"));
  }
  return {found, freeaddrinfo};
}

class Socket {
 public:
  explicit Socket(const addrinfo& of, int flags = 0)
      : descriptor_(socket(of.ai_family, of.ai_socktype | SOCK_CLOEXEC | flags, 0)) {}
  ~Socket() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  int descriptor() const { return descriptor_; }
  int release() { return std::exchange(descriptor_, -1); }

 private:
  int descriptor_;
};

// In numbers; empty if that is not possible.
std::string in_numbers(const sockaddr* address, socklen_t size) {
  char name[NI_MAXHOST];
  return getnameinfo(address, size, name, sizeof name, nullptr, 0, NI_NUMERICHOST) == 0 ? name : "";
}

// The address of the socket's own end, in numbers. Empty if it has none.
std::string name_of(int descriptor) {
  sockaddr_storage own = {};
  socklen_t size = sizeof own;
  auto* const address = reinterpret_cast<sockaddr*>(&own);
  return getsockname(descriptor, address, &size) == 0 ? in_numbers(address, size) : "";
}

struct Interface {
  std::string name, address;
};

// Those that are up, each with an address that other hosts can use: of version 4 before those of version 6.
std::vector<Interface> interfaces() {
  ifaddrs* first = nullptr;
  if (getifaddrs(&first) != 0) throw Error(text("the network interfaces cannot be read (", std::strerror(errno), ")"));
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> all(first, freeifaddrs);
  std::vector<Interface> found;
  for (const int family : {AF_INET, AF_INET6}) {
    for (const ifaddrs* one = first; one != nullptr; one = one->ifa_next) {
      if (one->ifa_addr == nullptr || one->ifa_addr->sa_family != family || (one->ifa_flags & IFF_UP) == 0) continue;
      const std::string address =
          in_numbers(one->ifa_addr, family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6));
      const bool is_of_link = address.find('%') != std::string::npos;  // known on that link alone
      const bool is_known =
          std::any_of(found.begin(), found.end(), [&](const Interface& other) { return other.name == one->ifa_name; });
      if (!is_known && !is_of_link) found.push_back({one->ifa_name, address});
    }
  }
  return found;
}

// Connects without blocking. The number of the error, 0 if it is connected.
int connect_within(int descriptor, const addrinfo& to, int milliseconds) {
  if (connect(descriptor, to.ai_addr, to.ai_addrlen) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  pollfd waiting = {descriptor, POLLOUT, 0};
  if (poll(&waiting, 1, milliseconds) != 1) return ETIMEDOUT;
  int problem = 0;
  socklen_t size = sizeof problem;
  if (getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &problem, &size) != 0) return errno;
  return problem;
}

}  // namespace

Listener::Listener(const Endpoint& at) {
  const Addresses addresses = resolved(at.address, at.port, SOCK_STREAM);
  int problem = 0;
  for (const addrinfo* address = addresses.get(); address != nullptr; address = address->ai_next) {
    Socket socket(*address);
    const int on = 1;
    // A port whose last connections are still in TIME_WAIT is free.
    setsockopt(socket.descriptor(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(socket.descriptor(), address->ai_addr, address->ai_addrlen) == 0 &&
        listen(socket.descriptor(), kWaiting) == 0) {
      descriptor_ = socket.release();
      return;
    }
    problem = errno;
  }
  throw Error(text("cannot listen at ", printable(at.address), ", port ", at.port, " (", std::strerror(problem),
                   "; set MASTER_ADDR to an address of this host and MASTER_PORT to a free port)"));
}

Listener::~Listener() {
  if (descriptor_ >= 0) close(descriptor_);
}

std::string Listener::address() const {
  return name_of(descriptor_);
}

int Listener::port() const {
  sockaddr_storage own = {};
  socklen_t size = sizeof own;
  getsockname(descriptor_, reinterpret_cast<sockaddr*>(&own), &size);
  const bool is_six = own.ss_family == AF_INET6;
  return ntohs(is_six ? reinterpret_cast<sockaddr_in6*>(&own)->sin6_port
                      : reinterpret_cast<sockaddr_in*>(&own)->sin_port);
}

int Listener::release() {
  return std::exchange(descriptor_, -1);
}

std::string address_towards(const std::string& host) {
  constexpr int kAnyPort = 9;
  const Addresses addresses = resolved(host, kAnyPort, SOCK_DGRAM);
  for (const addrinfo* address = addresses.get(); address != nullptr; address = address->ai_next) {
    const Socket socket(*address);
    if (connect(socket.descriptor(), address->ai_addr, address->ai_addrlen) != 0) continue;
    std::string found = name_of(socket.descriptor());
    if (!found.empty()) return found;
  }
  throw Error(text("there is no way to the host ", printable(host), " (", std::strerror(errno), ")"));
}

std::string interface_address(const std::string& interface) {
  std::vector<std::string> names;
  for (const Interface& one : interfaces()) {
    if (one.name == interface) return one.address;
    names.push_back(one.name);
  }
  throw Error(text("there is no network interface ", printable(interface),
                   " with an address (there is: ", printable(join(names, ", ")), ")"));
}

std::string own_address() {
  if (const char* const interface = std::getenv(kInterface)) return interface_address(interface);
  try {
    return address_towards(kElsewhere);
  } catch (const Error&) {  // no way to other networks
  }
  std::vector<std::string> names, addresses;
  for (const Interface& one : interfaces()) {
    if (is_loopback(one.address)) continue;
    names.push_back(one.name);
    addresses.push_back(one.address);
  }
  if (addresses.size() == 1) return addresses.front();
  if (addresses.empty())
    throw Error("this host is not connected to a network (set MASTER_ADDR to localhost if all processes are on it)");
  throw Error(text("this host is connected to several networks (set ", kInterface, " to one of ",
                   printable(join(names, ", ")), ")"));
}

bool is_loopback(const std::string& address) {
  return address.starts_with("127.") || address == "::1";
}

bool is_named_at_loopback(const std::string& host) {
  if (host == "localhost") return false;
  Addresses addresses(nullptr, freeaddrinfo);
  try {
    addresses = resolved(host, 0, SOCK_STREAM);
  } catch (const Error&) {
    return false;
  }
  bool is_elsewhere = false;
  for (const addrinfo* address = addresses.get(); address != nullptr; address = address->ai_next) {
    const std::string numbers = in_numbers(address->ai_addr, address->ai_addrlen);
    is_elsewhere = is_elsewhere || !is_loopback(numbers) || numbers == host;
  }
  return !is_elsewhere;
}

Endpoint reached(const Endpoint& endpoint, std::chrono::milliseconds patience) {
  const double end = monotonic_seconds() + std::chrono::duration<double>(patience).count();
  std::string problem;
  do {
    throw_if_stopped();
    try {
      const Addresses addresses = resolved(endpoint.address, endpoint.port, SOCK_STREAM);
      for (const addrinfo* address = addresses.get(); address != nullptr; address = address->ai_next) {
        Endpoint there = {in_numbers(address->ai_addr, address->ai_addrlen), endpoint.port};
        problem = why_unreachable(there);
        if (problem.empty()) return there;
      }
    } catch (const Error& error) {
      problem = error.what();
    }
    std::this_thread::sleep_for(kBetweenTries);
  } while (monotonic_seconds() < end);
  throw Error(text("rank 0 is not found at ", printable(endpoint.address), ", port ", endpoint.port, " (", problem,
                   "; see whether it runs, and whether its host can be reached from here)"));
}

std::string why_unreachable(const Endpoint& endpoint) {
  Addresses addresses(nullptr, freeaddrinfo);
  try {
    addresses = resolved(endpoint.address, endpoint.port, SOCK_STREAM);
  } catch (const Error& error) {
    return error.what();
  }
  int problem = 0;
  for (const addrinfo* address = addresses.get(); address != nullptr; address = address->ai_next) {
    const Socket socket(*address, SOCK_NONBLOCK);
    problem = connect_within(socket.descriptor(), *address, kConnectMilliseconds);
    if (problem == 0) return "";
  }
  return std::strerror(problem);
}

}  // namespace jetvit
