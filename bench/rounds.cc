#include "bench/rounds.h"

#include <algorithm>
#include <chrono>
#include <latch>
#include <thread>
#include <utility>

namespace signet::bench {
namespace {

using Clock = std::chrono::steady_clock;

double microseconds(Clock::duration time) { return std::chrono::duration<double, std::micro>(time).count(); }

std::vector<double> repeat(const Operation& operation, int count) {
  std::vector<double> times;
  times.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    const auto start = Clock::now();
    operation();
    times.push_back(microseconds(Clock::now() - start));
  }
  return times;
}

struct Round {
  std::vector<double> times;
  double rate = 0;
};

Round run_round(const std::vector<Operation>& clients, int count) {
  const auto start = Clock::now();
  std::vector<std::vector<double>> times(clients.size());
  if (clients.size() == 1) {
    times[0] = repeat(clients[0], count);
  } else {
    std::latch ready(static_cast<std::ptrdiff_t>(clients.size()));
    std::vector<std::jthread> threads;
    threads.reserve(clients.size());
    for (std::size_t i = 0; i < clients.size(); ++i) {
      threads.emplace_back([&, i] {
        ready.arrive_and_wait();
        times[i] = repeat(clients[i], count);
      });
    }
  }
  const double seconds = microseconds(Clock::now() - start) / 1e6;
  Round round;
  for (const auto& part : times) round.times.insert(round.times.end(), part.begin(), part.end());
  round.rate = static_cast<double>(round.times.size()) / seconds;
  return round;
}

}  // namespace

std::vector<Series> run_rounds(const std::vector<Load>& loads, int rounds) {
  std::vector<std::vector<Operation>> clients(loads.size());
  std::vector<Series> measured;
  for (std::size_t i = 0; i < loads.size(); ++i) {
    measured.push_back(Series{.name = loads[i].name, .clients = loads[i].clients, .times = {}, .rates = {}});
    for (int k = 0; k < loads[i].clients; ++k) clients[i].push_back(loads[i].connect());
    (void)run_round(clients[i], std::max(1, loads[i].per_round / 10));
  }
  for (int r = 0; r < rounds; ++r) {
    for (std::size_t i = 0; i < loads.size(); ++i) {
      Round round = run_round(clients[i], loads[i].per_round);
      // The joining of threads counts as work; with one round of many operations it is nothing.
      measured[i].rates.push_back(round.rate);
      measured[i].times.add_round(std::move(round.times));
    }
  }
  return measured;
}

double difference(const Series& more, const Series& less) {
  std::vector<double> differences;
  const auto& left = more.times.round_medians();
  const auto& right = less.times.round_medians();
  for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i) differences.push_back(left[i] - right[i]);
  return median(differences);
}

}  // namespace signet::bench
