#include "common/pem.h"

#include "common/base64.h"

namespace signet {
namespace {

constexpr std::string_view kWhiteSpace = " \t\r\n";

std::unexpected<Error> refuse(std::string_view label, std::string_view why) {
  return fail(ErrorCode::InvalidRequest, "not PEM \"" + std::string(label) + "\": " + std::string(why));
}

std::string boundary(std::string_view kind, std::string_view label) {
  return "-----" + std::string(kind) + " " + std::string(label) + "-----";
}

void skip_white_space(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(kWhiteSpace), text.size()));
}

// One line without its line end, LF or CRLF.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// The block at the front of `text`, which is taken off.
Result<Bytes> take_block(std::string_view label, std::string_view& text) {
  if (take_line(text) != pem_begin(label)) return refuse(label, "it does not begin with that line");
  const std::string end = boundary("END", label);
  std::string base64;
  for (;;) {
    if (text.empty()) return refuse(label, "it has no end");
    const std::string_view line = take_line(text);
    if (line == end) break;
    if (line.empty()) return refuse(label, "an empty line inside the block");
    base64 += line;
  }
  auto der = parse_base64(base64);
  if (!der || der->empty()) return refuse(label, "its content is not canonical base64");
  return der;
}

}  // namespace

std::string pem_begin(std::string_view label) { return boundary("BEGIN", label); }

std::string encode_pem(std::string_view label, ByteView der, std::size_t line_length) {
  const std::string base64 = encode_base64(der);
  std::string text = pem_begin(label) + "\n";
  for (std::size_t at = 0; at < base64.size(); at += line_length) {
    text += base64.substr(at, line_length);
    text += '\n';
  }
  return text + boundary("END", label) + "\n";
}

Result<Bytes> parse_pem(std::string_view label, std::string_view text) {
  auto blocks = parse_pem_chain(label, text);
  if (!blocks) return fail(std::move(blocks.error()));
  if (blocks->size() != 1) return refuse(label, "more than one block");
  return std::move(blocks->front());
}

Result<std::vector<Bytes>> parse_pem_chain(std::string_view label, std::string_view text) {
  std::vector<Bytes> blocks;
  skip_white_space(text);
  do {
    auto block = take_block(label, text);
    if (!block) return fail(std::move(block.error()));
    blocks.push_back(std::move(*block));
    skip_white_space(text);
  } while (!text.empty());
  return blocks;
}

}  // namespace signet
