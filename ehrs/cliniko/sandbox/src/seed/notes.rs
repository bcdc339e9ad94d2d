use serde_json::json;

use super::ids;
use crate::resources::treatment_note::TreatmentNote;
use crate::row::Stamps;
use crate::state::World;
use crate::time::after;

/// Notes on the key user's earliest kept appointments: final ones, then a draft.
pub fn add(world: &mut World) {
    let author = ids::practitioner(1);
    let mut seen: Vec<_> =
        world.appointments.values().filter(|row| row.practitioner == author && row.live()).collect();
    seen.sort_by_key(|row| row.starts_at);
    let Some(name) = world.practitioners.get(&author).map(|row| row.name()) else { return };

    let mut notes = Vec::new();
    for (n, appointment) in (1..=4).zip(seen) {
        let written = after(appointment.ends_at, 10);
        let attendee = world.attendees.values().find(|attendee| attendee.booking == appointment.stamps.id);
        let paragraph =
            |name: &str, answer: &str| json!({"name": name, "type": "paragraph", "answer": answer});
        let draft = n == 4;
        notes.push(TreatmentNote {
            stamps: Stamps::new(ids::note(n), written),
            title: Some("Standard Consultation".to_owned()),
            content: json!({"sections": [{"name": "Consultation", "questions": [
                paragraph("Reason of visit", "<p>Headache since Monday.</p>"),
                paragraph("Status", "<p>Unremarkable.</p>"),
                paragraph("Plan", "<p>Rest; return if it does not pass.</p>"),
            ]}]}),
            draft,
            finalized_at: (!draft).then_some(written),
            author_name: name.clone(),
            patient: Some(appointment.patient),
            practitioner: author,
            booking: Some(appointment.stamps.id),
            attendee: attendee.map(|attendee| attendee.stamps.id),
            template: Some(ids::template(1)),
        });
    }
    world.treatment_notes = notes.into_iter().map(|note| (note.stamps.id, note)).collect();
}
