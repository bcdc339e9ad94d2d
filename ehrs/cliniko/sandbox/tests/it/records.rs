//! Every record has every documented field; references to what is unset are left out.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::client::Sandbox;

const STAMPS: &str = "id created_at updated_at links";

/// Resource, fields, references that may be absent.
const RECORDS: [(&str, &str, &str); 16] = [
    (
        "businesses",
        "business_name display_name label address_1 address_2 city state post_code country country_code \
         contact_information email_reply_to website_address additional_information additional_invoice_information \
         business_registration_name business_registration_value show_in_online_bookings appointment_reminders_enabled \
         appointment_type_ids time_zone time_zone_identifier archived_at deleted_at practitioners appointments",
        "",
    ),
    (
        "practitioners",
        "active title first_name last_name display_name label designation description show_in_online_bookings user \
         appointment_types practitioner_reference_numbers appointments invoices",
        "default_appointment_type",
    ),
    (
        "appointment_types",
        "name category description color duration_in_minutes max_attendees show_in_online_bookings telehealth_enabled \
         online_bookings_lead_time_hours online_payments_enabled online_payments_mode deposit_price \
         add_deposit_to_account_credit appointment_confirmation_template_ids appointment_follow_up_template_ids \
         appointment_reminder_template_ids appointment_type_billable_items appointment_type_products archived_at \
         practitioners",
        "treatment_note_template",
    ),
    (
        "daily_availabilities",
        "business practitioner day_of_week availabilities time_zone time_zone_identifier",
        "",
    ),
    ("availability_blocks", "business practitioner starts_at ends_at repeat_rule", ""),
    (
        "unavailable_blocks",
        "business practitioner starts_at ends_at notes repeat_rule repeats archived_at deleted_at conflicts",
        "unavailable_block_type repeated_from",
    ),
    ("unavailable_block_types", "name color duration_in_minutes system_controlled archived_at", ""),
    ("individual_appointments", APPOINTMENT, "patient_case repeated_from"),
    (
        "bookings",
        "business practitioner starts_at ends_at notes repeat_rule repeats archived_at deleted_at conflicts",
        "*",
    ),
    (
        "attendees",
        "arrived notes booking_ip_address online_booking_policy_accepted cancelled_at cancellation_reason \
         cancellation_reason_description cancellation_note cancellation_url telehealth_url invoice_status \
         treatment_note_status email_reminder_sent sms_reminder_sent sent_email_reminders_count \
         sent_sms_reminders_count sent_email_follow_ups_count sent_sms_follow_ups_count archived_at deleted_at booking \
         patient patient_forms invoices",
        "patient_case",
    ),
    (
        "patients",
        "title first_name preferred_first_name last_name label date_of_birth sex gender_identity gender pronouns email \
         patient_phone_numbers address_1 address_2 address_3 city state post_code country country_code time_zone \
         occupation emergency_contact notes appointment_notes medicare medicare_reference_number dva_card_number \
         old_reference_id referral_source reminder_type receives_confirmation_emails receives_cancellation_emails \
         accepted_privacy_policy accepted_email_marketing accepted_sms_marketing invoice_default_to invoice_email \
         invoice_extra_information custom_fields archived_at deleted_at merged_at medical_alerts invoices appointments \
         attendees patient_attachments relationships",
        "concession_type referring_doctor merged_with_patient latest_booking",
    ),
    (
        "treatment_notes",
        "title content draft finalized_at pinned_at author_name archived_at deleted_at practitioner",
        "patient booking attendee treatment_note_template",
    ),
    ("treatment_note_templates", "name content print_settings archived_at deleted_at", ""),
    (
        "patient_attachments",
        "filename content_type size description processing_completed processed_at pinned_at archived_at \
         content patient",
        "user",
    ),
    (
        "users",
        "first_name last_name email phone_numbers role active user_active title time_zone time_zone_identifier",
        "",
    ),
    ("patients/archived", "merged_at archived_at", "*"),
];

const APPOINTMENT: &str = "starts_at ends_at patient_name notes did_not_arrive patient_arrived cancelled_at \
    cancellation_reason cancellation_reason_description cancellation_note archived_at deleted_at booking_ip_address \
    online_booking_policy_accepted email_reminder_sent sms_reminder_sent has_patient_appointment_notes invoice_status \
    treatment_note_status telehealth_url repeat_rule repeats conflicts appointment_type business practitioner patient \
    attendees";

#[tokio::test]
async fn records_have_every_documented_field() {
    let sandbox = Sandbox::start().await;
    for (resource, fields, optional) in RECORDS {
        let list = sandbox.get(&format!("/{resource}?per_page=100")).await.expect(200);
        let name = resource.split('/').next().unwrap();
        let rows = list[name].as_array().unwrap();
        assert!(!rows.is_empty(), "{resource}");
        for row in rows {
            let keys: BTreeSet<&str> = row.as_object().unwrap().keys().map(String::as_str).collect();
            let needed: BTreeSet<&str> = fields.split_whitespace().chain(STAMPS.split_whitespace()).collect();
            let missing: Vec<_> = needed.difference(&keys).collect();
            assert!(missing.is_empty(), "{resource} lacks {missing:?}");
            let known: BTreeSet<&str> = needed.into_iter().chain(optional.split_whitespace()).collect();
            let unknown: Vec<_> = keys.difference(&known).collect();
            assert!(optional == "*" || unknown.is_empty(), "{resource} has {unknown:?}");
            check(row, &sandbox.running.native, resource);
        }
    }
}

/// Ids are strings beyond 2^53, times have whole seconds and Z, links are on the sandbox's own base.
fn check(value: &Value, base: &str, place: &str) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                match (key.as_str(), value) {
                    ("id", value) => assert!(value.as_str().unwrap().parse::<i64>().unwrap() > 1 << 53),
                    ("self", value) => {
                        assert!(value.as_str().unwrap().starts_with(&format!("{base}/")), "{value}")
                    }
                    (key, Value::String(time)) if key.ends_with("_at") && time.len() > 5 => {
                        assert!(time.len() == 20 && time.ends_with('Z'), "{place} {key} {time}");
                    }
                    (_, value) => check(value, base, place),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| check(item, base, place)),
        _ => {}
    }
}

#[tokio::test]
async fn each_record_is_found_under_its_own_link() {
    let sandbox = Sandbox::start().await;
    for (resource, _, _) in RECORDS.into_iter().filter(|(resource, _, _)| !resource.contains('/')) {
        let list = sandbox.get(&format!("/{resource}?per_page=1")).await.expect(200);
        let row = &list[resource][0];
        assert_eq!(sandbox.get(row["links"]["self"].as_str().unwrap()).await.expect(200), *row);
    }
}
