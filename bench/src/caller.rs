//! What one client asks for, again and again.

use std::sync::Arc;

use http::StatusCode;
use serde_json::Value;

use crate::client::{Answer, Client};
use crate::clinic::{Clinic, Slot, text};
use crate::error::{BenchError, Result};

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// One patient.
    Patient,
    /// A page of appointments of thirty patients.
    Page,
    /// Nine times one patient, then a booking or its cancelling.
    Mix,
}

impl Work {
    pub const ALL: [Self; 3] = [Self::Patient, Self::Page, Self::Mix];

    pub fn name(self) -> &'static str {
        match self {
            Self::Patient => "one patient",
            Self::Page => "30 appointments of 30 patients",
            Self::Mix => "9 × one patient, 1 × booking or cancelling",
        }
    }
}

/// A client with a connection of its own, and a free time that nobody else books.
pub struct Caller {
    clinic: Arc<Clinic>,
    client: Client,
    work: Work,
    patient: String,
    slot: Slot,
    booked: Option<String>,
    turn: usize,
}

impl Caller {
    /// `number` tells callers apart.
    pub async fn new(clinic: &Arc<Clinic>, work: Work, number: usize) -> Result<Self> {
        let patient = clinic.patients.iter().cycle().nth(number).ok_or(BenchError::Missing("a patient"))?;
        let slot = clinic.free.get(number).ok_or(BenchError::Missing("a free time"))?;
        Ok(Self {
            clinic: clinic.clone(),
            client: Client::connect(clinic.api()).await?,
            work,
            patient: patient.clone(),
            slot: slot.clone(),
            booked: None,
            turn: number,
        })
    }

    /// Asks, and waits for the answer. `false`: the gateway had no room for it.
    pub async fn call(&mut self) -> Result<bool> {
        self.turn = self.turn.wrapping_add(1);
        let answer = match self.work {
            Work::Page => self.page().await,
            Work::Mix if self.turn.is_multiple_of(10) => self.write().await,
            Work::Patient | Work::Mix => self.patient().await,
        };
        match answer {
            Ok(_) => Ok(true),
            Err(BenchError::Answer { status: StatusCode::SERVICE_UNAVAILABLE, .. }) => Ok(false),
            Err(failure) => Err(failure),
        }
    }

    pub async fn patient(&mut self) -> Result<Answer> {
        self.client.send(self.clinic.patient(&self.patient)?).await
    }

    pub async fn page(&mut self) -> Result<Answer> {
        self.client.send(self.clinic.page()?).await
    }

    pub async fn timeslots(&mut self) -> Result<Answer> {
        self.client.send(self.clinic.timeslots()?).await
    }

    pub async fn care_unit(&mut self) -> Result<Answer> {
        self.client.send(self.clinic.care_unit()?).await
    }

    /// Books, or cancels what was booked, in turn.
    pub async fn write(&mut self) -> Result<Answer> {
        if let Some(booked) = &self.booked {
            let answer = self.client.send(self.clinic.cancelling(booked)?).await?;
            self.booked = None;
            return Ok(answer);
        }
        let answer = self.client.send(self.clinic.booking(&self.patient, &self.slot)?).await?;
        let booked: Vec<Value> = serde_json::from_slice(&answer.body)?;
        let booked = booked.first().ok_or(BenchError::Missing("the appointment"))?;
        self.booked = Some(text(booked, "id")?);
        Ok(answer)
    }
}
