#include "protocol/pin_prompt.h"

namespace signet::protocol {

std::string pin_prompt(const PinNeed& need, std::string_view purpose) {
  std::string text = "PIN for token " + need.token;
  std::string facts;
  if (!need.label.empty()) facts = "label " + need.label;
  if (!need.serial.empty()) facts += (facts.empty() ? "serial " : ", serial ") + need.serial;
  if (!facts.empty()) text += " (" + facts + ")";
  text.append(" ").append(purpose);
  if (need.refused) text += ": the token refused the last one";
  if (need.tries == 1) text += "; ONE TRY IS LEFT before it locks itself";
  if (need.tries && *need.tries > 1) text += "; " + std::to_string(*need.tries) + " tries are left";
  return text;
}

}  // namespace signet::protocol
