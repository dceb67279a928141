//! Which theorem of `proofs/` is evidence for which claim, and the statement it had when that was
//! written down.

use crate::ledger::{Role, Theorem};

/// The theorems about a claim.
pub(super) fn of(id: &str) -> &'static [Theorem] {
    TABLE
        .iter()
        .find(|(claim, _)| *claim == id)
        .map_or(&[], |(_, theorems)| theorems)
}

/// Every claim that is named in the table.
#[cfg(test)]
pub(super) fn claims() -> impl Iterator<Item = &'static str> {
    TABLE.iter().map(|(claim, _)| *claim)
}

const fn theorem(role: Role, name: &'static str, hash: u64) -> Theorem {
    Theorem { name, role, hash }
}

/// Claims and their theorems; the number is [`crate::ledger::statement_hash`] of the statement.
const TABLE: &[(&str, &[Theorem])] = &[
    ("jefferson2019-eq03", &[
        theorem(Role::Refutes, "zz_without_half_fails", 0x35aa_7225_3a2d_cb11),
        theorem(Role::ProvesCorrection, "dbm_energy_split", 0xc60c_a761_0b3e_a635),
    ]),
    ("jefferson2019-eq04", &[
        theorem(Role::Proves, "marginal_hamiltonian_partition", 0xfd4f_2a97_5762_3f8e),
    ]),
    ("jefferson2019-eq05", &[
        theorem(Role::Refutes, "zz_without_half_fails", 0x35aa_7225_3a2d_cb11),
        theorem(Role::ProvesCorrection, "dbm_energy_split", 0xc60c_a761_0b3e_a635),
    ]),
    ("jefferson2019-eq07", &[
        theorem(Role::Refutes, "f_printed_fails", 0xe0cd_24c3_28df_66b3),
        theorem(Role::ProvesCorrection, "ham_xy_eq", 0x4e58_145b_89a9_417e),
    ]),
    ("jefferson2019-eq08", &[
        theorem(Role::Refutes, "f_printed_fails", 0xe0cd_24c3_28df_66b3),
        theorem(Role::Refutes, "B2_index_order_fails", 0xb65a_46c6_cbf8_08f0),
        theorem(Role::ProvesCorrection, "ham_xy_eq", 0x4e58_145b_89a9_417e),
    ]),
    ("jefferson2019-eq08-f", &[
        theorem(Role::Refutes, "f_printed_fails", 0xe0cd_24c3_28df_66b3),
        theorem(Role::ProvesCorrection, "ham_xy_eq", 0x4e58_145b_89a9_417e),
    ]),
    ("jefferson2019-eq08-b-prime", &[
        theorem(Role::Refutes, "B2_index_order_fails", 0xb65a_46c6_cbf8_08f0),
        theorem(Role::ProvesCorrection, "ham_xy_eq", 0x4e58_145b_89a9_417e),
    ]),
    ("jefferson2019-eq09", &[
        theorem(Role::Refutes, "q_printed_fails", 0x92f4_0329_b958_224e),
        theorem(Role::ProvesCorrection, "cgf_eq", 0xa892_c0dc_7671_a583),
    ]),
    ("jefferson2019-eq10", &[
        theorem(Role::Refutes, "q_printed_fails", 0x92f4_0329_b958_224e),
        theorem(Role::ProvesCorrection, "cgf_eq", 0xa892_c0dc_7671_a583),
    ]),
    ("jefferson2019-eq10-value", &[
        theorem(Role::Proves, "cgf_eq", 0xa892_c0dc_7671_a583),
    ]),
    ("jefferson2019-eq11", &[
        theorem(Role::Proves, "cgf_at_coupling", 0x45ac_93ca_6dc1_0888),
    ]),
    ("jefferson2019-eq12", &[
        theorem(Role::Refutes, "ham_xy_without_coupling_fails", 0xc5fe_407e_4c94_55d1),
        theorem(Role::ProvesCorrection, "ham_xy_cgf", 0x8e51_5fd6_eae6_ad74),
    ]),
    ("jefferson2019-eq13", &[
        theorem(Role::ProvesCorrection, "ham_xy_cumulants", 0x3902_4b9a_f586_08cd),
    ]),
    ("jefferson2019-eq13-reduces-to-eq07", &[
        theorem(Role::Proves, "ham_xy_cumulants", 0x3902_4b9a_f586_08cd),
    ]),
    ("jefferson2019-eq14", &[
        theorem(Role::Proves, "ham_xy_exponent", 0xc2d1_6a52_559e_44be),
    ]),
    ("jefferson2019-eq15", &[
        theorem(Role::Refutes, "one_minus_det_fails", 0x67d5_2156_914f_085b),
        theorem(Role::ProvesCorrection, "marginal_x_exponent", 0x65de_e9c7_6385_d575),
    ]),
    ("jefferson2019-eq15-factor", &[
        theorem(Role::Refutes, "one_minus_det_fails", 0x67d5_2156_914f_085b),
        theorem(Role::ProvesCorrection, "marginal_x_exponent", 0x65de_e9c7_6385_d575),
    ]),
    ("jefferson2019-eq15-sign", &[
        theorem(Role::Refutes, "ham_x_plus_sign_fails", 0x0974_8d8b_8bc8_dbaa),
        theorem(Role::ProvesCorrection, "marginal_x_exponent", 0x65de_e9c7_6385_d575),
    ]),
    ("jefferson2019-eq16", &[
        theorem(Role::Proves, "marginal_hamiltonian_partition", 0xfd4f_2a97_5762_3f8e),
    ]),
    ("jefferson2019-eq17", &[
        theorem(Role::Refutes, "ham_x_plus_sign_fails", 0x0974_8d8b_8bc8_dbaa),
        theorem(Role::ProvesCorrection, "ham_x_eq", 0xd90c_cd2f_8c07_5900),
    ]),
    ("jefferson2019-eq18", &[
        theorem(Role::Refutes, "g_printed18_determinant_fails", 0x0550_9619_efcb_65cb),
        theorem(Role::Refutes, "g_printed18_power_fails", 0xf596_c8f1_7c01_418f),
        theorem(Role::ProvesCorrection, "ham_x_eq", 0xd90c_cd2f_8c07_5900),
    ]),
    ("jefferson2019-eq19", &[
        theorem(Role::Proves, "cgf_at_half_inverse", 0x57fc_193d_868f_4f05),
    ]),
    ("jefferson2019-eq20", &[
        theorem(Role::Refutes, "ham_x_plus_sign_fails", 0x0974_8d8b_8bc8_dbaa),
        theorem(Role::ProvesCorrection, "ham_x_cgf", 0x15eb_6fba_d160_9456),
    ]),
    ("jefferson2019-eq21", &[
        theorem(Role::Refutes, "ham_x_plus_sign_fails", 0x0974_8d8b_8bc8_dbaa),
        theorem(Role::ProvesCorrection, "ham_x_eq", 0xd90c_cd2f_8c07_5900),
        theorem(Role::ProvesCorrection, "joint_elimination", 0x441c_444f_997c_28ab),
    ]),
    ("jefferson2019-eq22", &[
        theorem(Role::Refutes, "g_printed22_fails", 0xf007_3331_aa4c_292a),
        theorem(Role::ProvesCorrection, "ham_x_eq", 0xd90c_cd2f_8c07_5900),
    ]),
    ("jefferson2019-eq22-g-sign", &[
        theorem(Role::Refutes, "g_printed22_fails", 0xf007_3331_aa4c_292a),
        theorem(Role::ProvesCorrection, "ham_x_eq", 0xd90c_cd2f_8c07_5900),
    ]),
    ("jefferson2019-eq23", &[
        theorem(Role::Proves, "marginal_means", 0x9348_eb9c_cea6_5ecf),
        theorem(Role::Proves, "marginal_means_functional", 0xc60c_dea9_9177_cc38),
    ]),
    ("jefferson2019-eq25", &[
        theorem(Role::Proves, "block_marginal", 0x1251_5559_1c76_6627),
    ]),
    ("jefferson2019-eq26", &[
        theorem(Role::Proves, "block_marginal", 0x1251_5559_1c76_6627),
        theorem(Role::Proves, "block_weight_total", 0x40d9_becc_1771_87a5),
    ]),
    ("jefferson2019-eq28", &[
        theorem(Role::Proves, "block_weight_split", 0xbc45_b68a_7d62_2e28),
    ]),
    ("jefferson2019-eq29", &[
        theorem(Role::Proves, "block_Z0_product", 0xf1f3_5fdb_6326_119b),
    ]),
    ("jefferson2019-eq29-zb", &[
        theorem(Role::Refutes, "block_Zb_product_fails", 0xee25_6b98_bd40_b2a6),
        theorem(Role::ProvesUnderCondition, "block_Zb_product", 0x6f92_9ca3_9258_6260),
    ]),
    ("jefferson2019-eq30", &[
        theorem(Role::Proves, "block_bayes", 0x692e_e897_d753_4463),
    ]),
    ("jefferson2019-eq31", &[
        theorem(Role::Proves, "block_weight_mean", 0xfcc8_ee01_6d9d_cdbc),
    ]),
    ("jefferson2019-eq31-product", &[
        theorem(Role::Refutes, "block_full_marginal_fails", 0xff20_0105_a75d_d9e1),
    ]),
    ("jefferson2019-eq32", &[
        theorem(Role::Proves, "block_hamiltonian", 0x7393_131d_75d5_b0e7),
    ]),
    ("demellokoch2019-eq02", &[
        theorem(Role::Proves, "joint_is_distribution", 0x5548_7de9_1721_c47c),
    ]),
    ("demellokoch2019-eq03", &[
        theorem(Role::Proves, "joint_is_distribution", 0x5548_7de9_1721_c47c),
    ]),
    ("demellokoch2019-eq04", &[
        theorem(Role::Proves, "visible_marginal", 0x3ebd_c650_c5bf_2a2a),
    ]),
    ("demellokoch2019-eq05", &[
        theorem(Role::Proves, "hidden_marginal", 0x2a57_62e5_0725_2580),
    ]),
    ("demellokoch2019-eq10", &[
        theorem(Role::Refutes, "hidden_on_never_tanh", 0x1bea_f881_f52e_ec44),
        theorem(Role::ProvesCorrection, "hidden_on_logistic", 0x4f2d_30b0_e373_dbdb),
    ]),
    ("demellokoch2019-eq11", &[
        theorem(Role::Refutes, "visible_on_never_tanh", 0xc1ac_73eb_3f33_b9f9),
        theorem(Role::ProvesCorrection, "visible_on_logistic", 0xc2f9_81ff_f910_e538),
    ]),
    ("demellokoch2019-eq12", &[
        theorem(Role::Proves, "hidden_mean_tanh", 0x88e4_83d6_827e_ea2e),
    ]),
    ("demellokoch2019-eq17", &[
        theorem(Role::Proves, "data_v_mean", 0x82ac_eb59_0fb9_4e26),
    ]),
    ("demellokoch2019-eq38", &[
        theorem(Role::Proves, "joint_is_distribution", 0x5548_7de9_1721_c47c),
    ]),
    ("demellokoch2019-eq39", &[
        theorem(Role::Proves, "visible_marginal", 0x3ebd_c650_c5bf_2a2a),
        theorem(Role::Proves, "hidden_marginal", 0x2a57_62e5_0725_2580),
    ]),
    ("demellokoch2019-eq40", &[
        theorem(Role::Refutes, "rg_printed_sign_fails", 0x1e2a_be90_5eb8_86dc),
        theorem(Role::ProvesCorrection, "rg_probability_chain", 0xf96a_504c_e144_0bd4),
    ]),
    ("demellokoch2019-eq42", &[
        theorem(Role::Proves, "unit_sum_marginal", 0x5fed_4b9e_c024_a8d5),
    ]),
    ("demellokoch2019-eq43", &[
        theorem(Role::ProvesUnderCondition, "unit_sum_T_iff_own_marginal", 0x21fe_6d7c_fb3b_5dce),
    ]),
    ("demellokoch2019-eq44", &[
        theorem(Role::Refutes, "rg_printed_sign_fails", 0x1e2a_be90_5eb8_86dc),
        theorem(Role::ProvesCorrection, "rg_probability_chain", 0xf96a_504c_e144_0bd4),
    ]),
    ("demellokoch2019-eq45-normalised", &[
        theorem(Role::Proves, "marginals_sum_to_one", 0xd2ec_a1fb_53bd_5674),
    ]),
    ("demellokoch2019-eq47", &[
        theorem(Role::Proves, "factorized_marginals", 0xdddd_7df7_2596_7a7a),
    ]),
    ("demellokoch2019-eq48", &[
        theorem(Role::Proves, "factorized_uncorrelated", 0x7fc2_419f_df53_ac52),
    ]),
    ("demellokoch2019-eq48-all-functions", &[
        theorem(Role::Proves, "factorized_uncorrelated", 0x7fc2_419f_df53_ac52),
    ]),
    ("demellokoch2019-eq50-reject", &[
        theorem(Role::ProvesUnderCondition, "rbm_eq_factorized_iff_no_coupling", 0xd9c2_c8aa_1cdc_1d8e),
    ]),
    ("demellokoch2019-text-nothing-like", &[
        theorem(Role::ProvesUnderCondition, "kl_joint_factorized", 0xd9cd_b50e_4869_0025),
        theorem(Role::ProvesUnderCondition, "mutual_information_eq0", 0xeece_cc6b_b963_e3d0),
    ]),
    ("demellokoch2019-eq51", &[
        theorem(Role::Proves, "data_vh_tanh", 0x8cda_bd29_2a1b_0b4e),
    ]),
    ("demellokoch2019-eq52", &[
        theorem(Role::Refutes, "model_vh_printed_fails", 0xb96b_0225_2ddb_46f9),
        theorem(Role::ProvesCorrection, "model_vh_mean", 0xb702_6569_aed3_82bf),
    ]),
    ("demellokoch2019-eq53", &[
        theorem(Role::Proves, "data_v_mean", 0x82ac_eb59_0fb9_4e26),
    ]),
    ("demellokoch2019-eq54", &[
        theorem(Role::Refutes, "model_v_printed_fails", 0x9849_77d6_cabc_b79d),
        theorem(Role::ProvesCorrection, "model_v_mean", 0x979e_620e_355d_52bf),
    ]),
    ("demellokoch2019-eq55", &[
        theorem(Role::Proves, "data_h_tanh", 0xa0f6_01ff_ac56_a8dc),
    ]),
    ("demellokoch2019-eq56", &[
        theorem(Role::Refutes, "model_h_printed_fails", 0x7eab_9a44_006a_330a),
        theorem(Role::ProvesCorrection, "model_h_mean", 0xbece_f7b2_4699_b411),
    ]),
    ("demellokoch2019-eq58", &[
        theorem(Role::ProvesUnderCondition, "hamiltonian_expansion", 0xd6c3_3695_efdd_0a26),
    ]),
    ("demellokoch2019-eq59", &[
        theorem(Role::ProvesUnderCondition, "hamiltonian_expansion", 0xd6c3_3695_efdd_0a26),
    ]),
    ("demellokoch2019-eq60", &[
        theorem(Role::Proves, "expNH_RG", 0xff03_9475_cf79_1890),
    ]),
    ("demellokoch2019-eq61", &[
        theorem(Role::ProvesCorrection, "eq61_is_free_energy_difference", 0x61ad_0832_e456_41e7),
    ]),
    ("demellokoch2019-eq61-minimum", &[
        theorem(Role::Refutes, "eq61_takes_every_value", 0x87e7_d480_2e73_5cd6),
    ]),
    ("demellokoch2019-eq62", &[
        theorem(Role::Proves, "eq61_unit_sum_zero", 0x8017_5ad9_51f7_b48c),
    ]),
    ("martin2015-joint-probability", &[
        theorem(Role::Proves, "joint_is_distribution", 0x5548_7de9_1721_c47c),
    ]),
    ("martin2015-rbm-visible-hamiltonian", &[
        theorem(Role::Proves, "visible_hamiltonian", 0x9bb1_78c6_2d16_90c1),
    ]),
    ("martin2015-rbm-hidden-hamiltonian", &[
        theorem(Role::Proves, "hidden_hamiltonian", 0x9aa9_d336_5eba_926d),
    ]),
    ("martin2015-visible-marginal", &[
        theorem(Role::Proves, "visible_marginal", 0x3ebd_c650_c5bf_2a2a),
    ]),
    ("martin2015-hidden-marginal", &[
        theorem(Role::Proves, "hidden_marginal", 0x2a57_62e5_0725_2580),
    ]),
    ("martin2015-correlation-unit-sum", &[
        theorem(Role::Proves, "correlation_preserves_partition", 0xb174_6273_fc2d_8dc8),
    ]),
    ("martin2015-partition-function-unchanged", &[
        theorem(Role::Proves, "correlation_preserves_partition", 0xb174_6273_fc2d_8dc8),
    ]),
    ("martin2015-effective-hamiltonian", &[
        theorem(Role::Refutes, "effective_hamiltonian_without_minus_fails", 0xe030_6a6a_b2bb_e093),
        theorem(Role::ProvesCorrection, "effective_hamiltonian", 0x833e_3487_8460_251d),
    ]),
    ("martin2015-effective-partition-function", &[
        theorem(Role::Proves, "effective_partition_function", 0xc00e_10e8_105f_3b4d),
    ]),
    ("martin2015-free-energy-preserved", &[
        theorem(Role::Proves, "free_energy_preserved", 0x6b84_d495_8d00_9c8a),
    ]),
    ("martin2015-layer-free-energies", &[
        theorem(Role::Refutes, "layer_free_energies_printed_fail", 0x9ffa_883d_50cb_0745),
    ]),
    ("martin2015-joint-hamiltonian-sign", &[
        theorem(Role::Refutes, "joint_hamiltonian_minus_fails", 0xf5a3_3ebc_4b90_2ef5),
        theorem(Role::ProvesCorrection, "joint_hamiltonian_plus", 0xe161_a592_8e20_48b1),
    ]),
    ("martin2015-general-hamiltonian", &[
        theorem(Role::ProvesCorrection, "hamiltonian_expansion", 0xd6c3_3695_efdd_0a26),
    ]),
    ("martin2015-rge", &[
        theorem(Role::Proves, "ring_free_energy_recursion", 0x29e3_4d48_9836_3bfc),
    ]),
];
