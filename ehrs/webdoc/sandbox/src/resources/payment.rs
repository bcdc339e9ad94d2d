use serde_json::{Value, json};

use crate::diary::Booking;
use crate::money::Money;
use crate::resources::booking_type::BookingType;

/// What a visit costs the patient.
#[derive(Clone)]
pub struct Payment {
    pub price: Money,
    pub fee: Money,
    pub article: &'static str,
    pub account: &'static str,
    pub comment: &'static str,
}

impl Payment {
    /// The price of the booking type, and the fee: the booking's own, else the price.
    pub fn of(booking: &Booking) -> Option<Self> {
        let kind = BookingType::find(booking.booking_type)?;
        let fee = booking.fee.unwrap_or(kind.price);
        Some(Self { price: kind.price, fee, article: kind.name, account: "3010", comment: "" })
    }

    /// Money is a number on bookings and visits, text on invoices. There is no VAT on care.
    pub fn json(&self, money: impl Fn(Money) -> Value) -> Value {
        json!({
            "price": money(self.price),
            "patientFee": money(self.fee),
            "amount": money(self.fee),
            "comment": self.comment,
            "account": self.account,
            "VATPercentage": money(Money::default()),
            "VAT": money(Money::default()),
            "expiryDate": null,
            "freeByFreeCard": false,
            "reducedByFreeCard": false,
            "articleName": self.article,
        })
    }
}

/// `payments` of a booking or a visit.
pub fn of_booking(booking: &Booking) -> Value {
    Payment::of(booking).iter().map(|payment| payment.json(Money::number)).collect()
}
