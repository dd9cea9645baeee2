#include <sys/socket.h>

#include <array>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "bench/agent_load.h"
#include "bench/sections.h"
#include "common/unique_fd.h"

namespace signet::bench {
namespace {

constexpr int kMany = 4;

// As signet's agent does it (D2a): over signatures that are there already, a different one each time.
Operation check_alone(const House& house) {
  struct Signed {
    Digest digest;
    Bytes signature;
  };
  const auto session = house.module.open();
  const auto all = std::make_shared<std::vector<Signed>>();
  Digests digests;
  for (int i = 0; i < 64; ++i) {
    const Digest digest = digests.next();
    all->push_back({.digest = digest, .signature = BareModule::sign(*session, digest)});
  }
  return [all, key = house.module.key(), next = std::make_shared<std::size_t>(0)] {
    const Signed& one = all->at((*next)++ % all->size());
    if (!key.verify_digest(one.digest, one.signature)) give_up("a signature of the module does not verify");
  };
}

Operation sign_alone(const House& house) {
  return [session = house.module.open(), digests = std::make_shared<Digests>()] {
    (void)BareModule::sign(*session, digests->next());
  };
}

Operation sign_and_check(const House& house) {
  return [session = house.module.open(), digests = std::make_shared<Digests>(), key = house.module.key()] {
    const Digest digest = digests->next();
    if (!key.verify_digest(digest, BareModule::sign(*session, digest)))
      give_up("a signature of the module does not verify");
  };
}

// What the kernel takes to carry a message to another thread and an answer back, one of the two hops of a request.
Operation echo() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) give_up("socketpair");
  const auto ours = std::make_shared<UniqueFd>(ends[0]);
  std::thread([theirs = UniqueFd(ends[1])] {
    std::array<char, 512> buffer{};
    for (ssize_t count = 0; (count = ::recv(theirs.get(), buffer.data(), buffer.size(), 0)) > 0;) {
      (void)::send(theirs.get(), buffer.data(), static_cast<std::size_t>(count), MSG_NOSIGNAL);
    }
  }).detach();
  return [ours] {
    std::array<char, 200> message{};
    if (::send(ours->get(), message.data(), message.size(), MSG_NOSIGNAL) != std::ssize(message) ||
        ::recv(ours->get(), message.data(), message.size(), MSG_WAITALL) != std::ssize(message)) {
      give_up("the echo went away");
    }
  };
}

}  // namespace

void measure_signatures(House& house, const Effort& effort, Record& record) {
  say("signatures of a digest");
  const auto socket = house.household.socket();
  const auto signet = [&house, socket] { return raw_client(socket, &house.module.key()); };
  const auto ssh = [&house] { return house.ssh.client(); };
  const int n = effort.signatures;
  const std::vector<Load> loads = {
      {.name = "bare C_SignInit and C_Sign", .per_round = n, .connect = [&house] { return sign_alone(house); }},
      {.name = "check (a) alone", .per_round = n, .connect = [&house] { return check_alone(house); }},
      {.name = "bare C_Sign with check (a)", .per_round = n, .connect = [&house] { return sign_and_check(house); }},
      {.name = "signet, output \"raw\"", .per_round = n, .connect = signet},
      {.name = "ssh-agent", .per_round = n, .connect = ssh},
      {.name = "signet, output \"raw\"", .clients = kMany, .per_round = n, .connect = signet},
      {.name = "ssh-agent", .clients = kMany, .per_round = n, .connect = ssh},
      {.name = "echo of 200 bytes over a Unix socket", .per_round = n, .connect = echo},
  };
  auto series = run_rounds(loads, effort.rounds);
  const double over = difference(series[3], series[0]);
  record.figures["signature.over_bare"] = over;
  record.figures["signature.not_the_check"] = over - series[1].times.median();
  std::vector<double> ratios;
  for (std::size_t i = 0; i < series[5].rates.size(); ++i) ratios.push_back(series[5].rates[i] / series[6].rates[i]);
  record.figures["signature.four_clients"] = median(ratios);
  record.add(std::move(series));
}

}  // namespace signet::bench
