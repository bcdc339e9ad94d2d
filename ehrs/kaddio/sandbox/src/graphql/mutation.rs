use async_graphql::{Context, ID, Object, Result};

use super::Nullable;
use super::query::session;
use crate::auth::Caller;
use crate::booking::{Booking, NewBooking};
use crate::client::NewClient;
use crate::contact::{Contact, HeadingValueInput, NewContact};
use crate::custom_property::CustomFieldValueInput;
use crate::time::DateTime;

pub struct Mutation;

#[Object]
impl Mutation {
    /// KNOWN. The id of the new client. A pnr that another client has is refused, also where that one is archived.
    #[expect(clippy::too_many_arguments, reason = "they are the field's")]
    async fn create_client(
        &self,
        ctx: &Context<'_>,
        firstname: Option<String>,
        lastname: Option<String>,
        email: Option<String>,
        #[graphql(name = "notification")] _notification: Option<String>,
        pnr: Option<String>,
        zip: Option<String>,
        city: Option<String>,
        street_adress: Option<String>,
        cellphone: Option<String>,
    ) -> Result<Nullable<String>> {
        let new = NewClient { firstname, lastname, pnr, email, cellphone, street_adress, zip, city };
        Ok(Some(session(ctx)?.create_client(new).map(String::from)))
    }

    /// KNOWN. The id of the user. Custom fields are made in the organisation's settings.
    async fn update_user(
        &self,
        ctx: &Context<'_>,
        user_id: ID,
        custom_properties: Option<Vec<Option<CustomFieldValueInput>>>,
    ) -> Result<Nullable<String>> {
        let values = custom_properties.unwrap_or_default();
        Ok(Some(session(ctx)?.update_user(&user_id, values).map(String::from)))
    }

    /// ASSUMED. Books a free time. Refused where it is not free.
    async fn create_booking(
        &self,
        ctx: &Context<'_>,
        client_id: ID,
        host_id: ID,
        booking_type_id: ID,
        start: DateTime,
        comment: Option<String>,
    ) -> Result<Nullable<Booking>> {
        let new = NewBooking {
            client: &client_id,
            host: &host_id,
            booking_type: &booking_type_id,
            start: start.instant(),
            comment,
            reservation: None,
        };
        Ok(Some(session(ctx)?.create_booking(new)))
    }

    /// ASSUMED. Writes an unsigned journal entry in the name of the host who calls: the token's owner, or who stands in the header ImpersonationId.
    async fn create_contact(
        &self,
        ctx: &Context<'_>,
        client_id: ID,
        contact_type_id: ID,
        booking_id: Option<ID>,
        headings: Vec<HeadingValueInput>,
    ) -> Result<Nullable<Contact>> {
        let new =
            NewContact { client: client_id, contact_type: contact_type_id, booking: booking_id, headings };
        Ok(Some(session(ctx)?.create_contact(caller(ctx)?, new)))
    }

    /// ASSUMED. Changes an entry that is not signed.
    async fn update_contact(
        &self,
        ctx: &Context<'_>,
        contact_id: ID,
        headings: Vec<HeadingValueInput>,
    ) -> Result<Nullable<Contact>> {
        Ok(Some(session(ctx)?.update_contact(caller(ctx)?, &contact_id, headings)))
    }

    /// ASSUMED. Signs an entry, which locks it.
    async fn sign_contact(&self, ctx: &Context<'_>, contact_id: ID) -> Result<Nullable<Contact>> {
        Ok(Some(session(ctx)?.sign_contact(caller(ctx)?, &contact_id)))
    }

    /// ASSUMED. Corrects a signed entry: the old text is kept.
    async fn correct_contact(
        &self,
        ctx: &Context<'_>,
        contact_id: ID,
        headings: Vec<HeadingValueInput>,
    ) -> Result<Nullable<Contact>> {
        Ok(Some(session(ctx)?.correct_contact(caller(ctx)?, &contact_id, headings)))
    }
}

fn caller<'c>(ctx: &Context<'c>) -> Result<&'c ID> {
    Ok(&ctx.data::<Caller>()?.0)
}
