use async_graphql::{ID, SimpleObject};

/// ASSUMED. A customer of Kaddio's.
#[derive(Clone, SimpleObject)]
pub struct Organization {
    pub id: ID,
    pub name: String,
    pub url: String,
    pub time_zone: String,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub street_adress: Option<String>,
    pub zip: Option<String>,
    pub city: Option<String>,
}

/// ASSUMED. Where hosts meet clients.
#[derive(Clone, SimpleObject)]
pub struct Place {
    pub id: ID,
    pub name: String,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub street_adress: Option<String>,
    pub zip: Option<String>,
    pub city: Option<String>,
}
