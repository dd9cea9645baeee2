#include "agent/audit/line.h"

#include <utility>

#include "audit/line.h"
#include "common/display.h"
#include "json/writer.h"

namespace signet::agent {
namespace {

// A path of any length that the kernel allows is worth keeping whole.
constexpr std::size_t kMaxPath = 4096;
constexpr std::size_t kMaxMessage = 1000;

json::Object encode_peer(const protocol::Peer& peer) {
  json::Object object{{"uid", static_cast<std::int64_t>(peer.uid)}, {"pid", static_cast<std::int64_t>(peer.pid)}};
  if (peer.exe) object.set("exe", display_text(*peer.exe, kMaxPath));
  if (peer.unit) object.set("unit", display_text(*peer.unit));
  return object;
}

json::Object encode_what(const Subject& subject) {
  json::Object object{{"kind", subject.kind}};
  if (!subject.digest.empty()) object.set("digest", subject.digest);
  if (!subject.summary.empty()) object.set("summary", subject.summary);
  if (subject.claim) object.set("claims", json::Object{{"name", *subject.claim}});
  return object;
}

// What every line of a request begins with.
json::Object begin(std::string_view event, const Decision& decision, Operation operation) {
  return json::Object{{"event", event},
                      {"request", decision.request()},
                      {"operation", operation_name(operation)},
                      {"peer", encode_peer(decision.peer())}};
}

void add_subject(json::Object& line, const Decision& decision, const Subject& subject) {
  if (subject.item) line.set("item", *subject.item);
  if (!subject.kind.empty()) line.set("what", encode_what(subject));
  if (decision.identity() == nullptr) return;
  line.set("identity", decision.identity()->name);
  if (decision.identity()->public_key) line.set("key", encode_digest(*decision.identity()->public_key));
}

json::Object encode_result(const Outcome& outcome) {
  json::Object result{{"answer", outcome.error ? "failed" : "done"}};
  if (outcome.error) {
    result.set("error", error_name(outcome.error->code));
    result.set("message", display_text(outcome.error->what, kMaxMessage));
  }
  if (!outcome.log.empty()) {
    result.set("log", display_text(outcome.log));
    result.set("log_index", outcome.log_index);
  }
  if (!outcome.note.empty()) result.set("note", display_text(outcome.note, kMaxMessage));
  return result;
}

}  // namespace

Subject subject_of(const Item& item, std::int64_t index) {
  return Subject{.operation = Operation::Sign,
                 .item = index,
                 .kind = std::string(item.kind()),
                 .digest = encode_digest(item.digest),
                 .summary = item.summary,
                 .claim = item.name};
}

json::Object encode_intent(const Approval& approval, const Subject& subject) {
  const Decision& decision = approval.decision();
  json::Object line = begin("intent", decision, subject.operation);
  add_subject(line, decision, subject);
  line.set("decision", json::Object{{"answer", "allowed"}, {"why", decision.why()}, {"by", approval.by()}});
  return line;
}

json::Object encode_outcome(const Approval& approval, const Subject& subject, const Outcome& outcome) {
  const Decision& decision = approval.decision();
  json::Object line = begin("outcome", decision, subject.operation);
  add_subject(line, decision, subject);
  line.set("result", encode_result(outcome));
  return line;
}

json::Object encode_denial(const Decision& decision) {
  json::Object line = begin("denied", decision, decision.operation());
  add_subject(line, decision, Subject{});
  line.set("decision", json::Object{{"answer", "denied"}, {"why", decision.why()}, {"by", "policy"}});
  line.set("result", encode_result(Outcome{.error = decision.refusal()}));
  return line;
}

json::Object encode_start(std::string_view set_aside) {
  json::Object line{{"event", "start"}};
  if (!set_aside.empty()) line.set("result", json::Object{{"answer", "done"}, {"note", set_aside}});
  return line;
}

std::string encode_line(std::int64_t sequence, WallTime time, json::Object members) {
  json::Object line{{"schema", audit::kLineSchema}, {"sequence", sequence}, {"time", encode_rfc3339(time)}};
  for (const json::Object::Member& member : members.members()) line.append_unique(member.first, member.second);
  return json::write(line) + "\n";
}

}  // namespace signet::agent
