import type { JsonObject } from "../core/json.ts";

/**
 * The only properties of a minimal `$feature_flag_called`, which PostHog switches on for projects where no
 * experiment needs the full event. Names on the wire, by what they are for.
 *
 * @see https://github.com/PostHog/sdk-specs, feature-flag-called-tracker
 */
export const MINIMAL_EXPOSURE_PROPERTIES: ReadonlySet<string> = new Set((
  // The flag.
  "$feature_flag $feature_flag_response " +
  "$feature_flag_has_experiment $feature_flag_id " +
  "$feature_flag_version $feature_flag_reason " +
  "$feature_flag_request_id $feature_flag_evaluated_at " +
  "$feature_flag_error $feature_flag_config_version " +
  "$feature_flag_reason_code $feature_flag_rule_id " +
  "$feature_flag_rule_type $feature_flag_variant_key " +
  "locally_evaluated " +
  // How the event is processed.
  "$groups $process_person_profile $geoip_disable " +
  // Where it happened.
  "$current_url $pathname $referring_domain " +
  // The campaign it belongs to.
  "utm_source utm_medium utm_campaign utm_content utm_term " +
  "gad_source mc_cid gclid gclsrc dclid gbraid wbraid fbclid " +
  "msclkid twclid li_fat_id igshid ttclid rdt_cid epik qclid sccid " +
  "irclid _kx bfcid oppref " +
  // What it is linked to.
  "$session_id $window_id $lib $lib_version $device_id $is_server"
).split(" "));

/** Takes away what a minimal exposure does not carry. */
export function sealMinimalExposure(properties: JsonObject): void {
  for (const name of Object.keys(properties)) {
    if (!MINIMAL_EXPOSURE_PROPERTIES.has(name)) delete properties[name];
  }
}
