(* Each theorem proves the statement of its name in Statements.v, and this is    *)
(* what it rests on: the assumptions of a bundle are those of its members        *)
(* together.  The output is compared with axioms.expected.                       *)
From mathcomp Require Import all_ssreflect all_algebra.
From Blockspin Require Import Definitions.
From Blockspin Require Import Exponential MehtaSchwab Factorized Ising TransferMatrix Marginalization GaussianDBM BlockRG Inequalities Walsh Stationarity RbmConditionals KLGradient Cumulants counterexamples.MehtaSchwabFails counterexamples.GaussianFails counterexamples.BlockFails counterexamples.RbmFails RealInstance.
From BlockspinAudit Require Import Statements.

(* theories/Exponential.v *)

Definition expo_gt0_checked : expo_gt0_statement := @Exponential.expo_gt0.
Definition expo0_checked : expo0_statement := @Exponential.expo0.
Definition expo_lt_checked : expo_lt_statement := @Exponential.expo_lt.
Definition expo_inj_checked : expo_inj_statement := @Exponential.expo_inj.
Definition expoK_checked : expoK_statement := @Exponential.expoK.
Definition lnM_checked : lnM_statement := @Exponential.lnM.
Definition ln_le_subr1_checked : ln_le_subr1_statement := @Exponential.ln_le_subr1.
Definition tanh_lt1_checked : tanh_lt1_statement := @Exponential.tanh_lt1.

Definition Exponential_bundle :=
  (expo_gt0_checked,
   expo0_checked,
   expo_lt_checked,
   expo_inj_checked,
   expoK_checked,
   lnM_checked,
   ln_le_subr1_checked,
   tanh_lt1_checked).
Locate Exponential_bundle.
Print Assumptions Exponential_bundle.

(* theories/MehtaSchwab.v *)

Definition joint_is_distribution_checked : joint_is_distribution_statement := @MehtaSchwab.joint_is_distribution.
Definition visible_marginal_checked : visible_marginal_statement := @MehtaSchwab.visible_marginal.
Definition hidden_marginal_checked : hidden_marginal_statement := @MehtaSchwab.hidden_marginal.
Definition visible_hamiltonian_checked : visible_hamiltonian_statement := @MehtaSchwab.visible_hamiltonian.
Definition hidden_hamiltonian_checked : hidden_hamiltonian_statement := @MehtaSchwab.hidden_hamiltonian.
Definition rg_hamiltonian_eq_rbm_checked : rg_hamiltonian_eq_rbm_statement := @MehtaSchwab.rg_hamiltonian_eq_rbm.
Definition rg_probability_chain_checked : rg_probability_chain_statement := @MehtaSchwab.rg_probability_chain.
Definition rg_hamiltonian_printed_sign_checked : rg_hamiltonian_printed_sign_statement := @MehtaSchwab.rg_hamiltonian_printed_sign.
Definition rg_printed_sign_iff_checked : rg_printed_sign_iff_statement := @MehtaSchwab.rg_printed_sign_iff.
Definition expT_conditional_checked : expT_conditional_statement := @MehtaSchwab.expT_conditional.
Definition expT_own_conditional_checked : expT_own_conditional_statement := @MehtaSchwab.expT_own_conditional.
Definition unit_sum_T_iff_own_marginal_checked : unit_sum_T_iff_own_marginal_statement := @MehtaSchwab.unit_sum_T_iff_own_marginal.
Definition unit_sum_marginal_checked : unit_sum_marginal_statement := @MehtaSchwab.unit_sum_marginal.
Definition expNH_RG_checked : expNH_RG_statement := @MehtaSchwab.expNH_RG.
Definition partition_preserved_checked : partition_preserved_statement := @MehtaSchwab.partition_preserved.
Definition free_energy_preserved_checked : free_energy_preserved_statement := @MehtaSchwab.free_energy_preserved.
Definition correlation_preserves_partition_checked : correlation_preserves_partition_statement := @MehtaSchwab.correlation_preserves_partition.
Definition correlation_unit_sum_necessary_checked : correlation_unit_sum_necessary_statement := @MehtaSchwab.correlation_unit_sum_necessary.
Definition effective_hamiltonian_checked : effective_hamiltonian_statement := @MehtaSchwab.effective_hamiltonian.
Definition effective_partition_function_checked : effective_partition_function_statement := @MehtaSchwab.effective_partition_function.
Definition joint_hamiltonian_plus_checked : joint_hamiltonian_plus_statement := @MehtaSchwab.joint_hamiltonian_plus.
Definition joint_hamiltonian_minus_checked : joint_hamiltonian_minus_statement := @MehtaSchwab.joint_hamiltonian_minus.
Definition joint_hamiltonian_both_signs_checked : joint_hamiltonian_both_signs_statement := @MehtaSchwab.joint_hamiltonian_both_signs.
Definition eq61_is_free_energy_difference_checked : eq61_is_free_energy_difference_statement := @MehtaSchwab.eq61_is_free_energy_difference.
Definition eq61_unit_sum_zero_checked : eq61_unit_sum_zero_statement := @MehtaSchwab.eq61_unit_sum_zero.
Definition eq61_ge0_of_subunit_sum_checked : eq61_ge0_of_subunit_sum_statement := @MehtaSchwab.eq61_ge0_of_subunit_sum.
Definition eq61_zero_iff_of_subunit_sum_checked : eq61_zero_iff_of_subunit_sum_statement := @MehtaSchwab.eq61_zero_iff_of_subunit_sum.
Definition rg_compose_checked : rg_compose_statement := @MehtaSchwab.rg_compose.
Definition unit_sum_compose_checked : unit_sum_compose_statement := @MehtaSchwab.unit_sum_compose.

Definition MehtaSchwab_bundle :=
  (joint_is_distribution_checked,
   visible_marginal_checked,
   hidden_marginal_checked,
   visible_hamiltonian_checked,
   hidden_hamiltonian_checked,
   rg_hamiltonian_eq_rbm_checked,
   rg_probability_chain_checked,
   rg_hamiltonian_printed_sign_checked,
   rg_printed_sign_iff_checked,
   expT_conditional_checked,
   expT_own_conditional_checked,
   unit_sum_T_iff_own_marginal_checked,
   unit_sum_marginal_checked,
   expNH_RG_checked,
   partition_preserved_checked,
   free_energy_preserved_checked,
   correlation_preserves_partition_checked,
   correlation_unit_sum_necessary_checked,
   effective_hamiltonian_checked,
   effective_partition_function_checked,
   joint_hamiltonian_plus_checked,
   joint_hamiltonian_minus_checked,
   joint_hamiltonian_both_signs_checked,
   eq61_is_free_energy_difference_checked,
   eq61_unit_sum_zero_checked,
   eq61_ge0_of_subunit_sum_checked,
   eq61_zero_iff_of_subunit_sum_checked,
   rg_compose_checked,
   unit_sum_compose_checked).
Locate MehtaSchwab_bundle.
Print Assumptions MehtaSchwab_bundle.

(* theories/Factorized.v *)

Definition factorized_marginals_checked : factorized_marginals_statement := @Factorized.factorized_marginals.
Definition marginals_sum_to_one_checked : marginals_sum_to_one_statement := @Factorized.marginals_sum_to_one.
Definition factorized_ge0_checked : factorized_ge0_statement := @Factorized.factorized_ge0.
Definition factorized_uncorrelated_checked : factorized_uncorrelated_statement := @Factorized.factorized_uncorrelated.
Definition joint_eq_factorized_iff_product_checked : joint_eq_factorized_iff_product_statement := @Factorized.joint_eq_factorized_iff_product.
Definition cross_ratio_of_product_checked : cross_ratio_of_product_statement := @Factorized.cross_ratio_of_product.
Definition marginals_do_not_determine_joint_checked : marginals_do_not_determine_joint_statement := @Factorized.marginals_do_not_determine_joint.
Definition rbm_eq_factorized_iff_no_coupling_checked : rbm_eq_factorized_iff_no_coupling_statement := @Factorized.rbm_eq_factorized_iff_no_coupling.

Definition Factorized_bundle :=
  (factorized_marginals_checked,
   marginals_sum_to_one_checked,
   factorized_ge0_checked,
   factorized_uncorrelated_checked,
   joint_eq_factorized_iff_product_checked,
   cross_ratio_of_product_checked,
   marginals_do_not_determine_joint_checked,
   rbm_eq_factorized_iff_no_coupling_checked).
Locate Factorized_bundle.
Print Assumptions Factorized_bundle.

(* theories/Ising.v *)

Definition decimation_step2_checked : decimation_step2_statement := @Ising.decimation_step2.
Definition decimation_step_checked : decimation_step_statement := @Ising.decimation_step.
Definition decimation_unique_checked : decimation_unique_statement := @Ising.decimation_unique.
Definition tanh_dec_K2_checked : tanh_dec_K2_statement := @Ising.tanh_dec_K2.
Definition tanh_dec_K_checked : tanh_dec_K_statement := @Ising.tanh_dec_K.
Definition dec_K_bounds_checked : dec_K_bounds_statement := @Ising.dec_K_bounds.
Definition dec_K_lt_checked : dec_K_lt_statement := @Ising.dec_K_lt.
Definition dec_K_fixed_point_checked : dec_K_fixed_point_statement := @Ising.dec_K_fixed_point.
Definition field_step_checked : field_step_statement := @Ising.field_step.
Definition field_step_unique_checked : field_step_unique_statement := @Ising.field_step_unique.
Definition decimation_on_graph_checked : decimation_on_graph_statement := @Ising.decimation_on_graph.
Definition graph_partition_decimated_checked : graph_partition_decimated_statement := @Ising.graph_partition_decimated.
Definition graph_means_preserved_checked : graph_means_preserved_statement := @Ising.graph_means_preserved.
Definition ring_decimation_checked : ring_decimation_statement := @Ising.ring_decimation.
Definition ring_means_preserved_checked : ring_means_preserved_statement := @Ising.ring_means_preserved.
Definition ring_correlator_preserved_checked : ring_correlator_preserved_statement := @Ising.ring_correlator_preserved.
Definition ring_free_energy_recursion_checked : ring_free_energy_recursion_statement := @Ising.ring_free_energy_recursion.

Definition Ising_bundle :=
  (decimation_step2_checked,
   decimation_step_checked,
   decimation_unique_checked,
   tanh_dec_K2_checked,
   tanh_dec_K_checked,
   dec_K_bounds_checked,
   dec_K_lt_checked,
   dec_K_fixed_point_checked,
   field_step_checked,
   field_step_unique_checked,
   decimation_on_graph_checked,
   graph_partition_decimated_checked,
   graph_means_preserved_checked,
   ring_decimation_checked,
   ring_means_preserved_checked,
   ring_correlator_preserved_checked,
   ring_free_energy_recursion_checked).
Locate Ising_bundle.
Print Assumptions Ising_bundle.

(* theories/TransferMatrix.v *)

Definition ring_sum_trace_checked : ring_sum_trace_statement := @TransferMatrix.ring_sum_trace.
Definition ring_trace_checked : ring_trace_statement := @TransferMatrix.ring_trace.
Definition transfer_squared_checked : transfer_squared_statement := @TransferMatrix.transfer_squared.
Definition transfer_power_checked : transfer_power_statement := @TransferMatrix.transfer_power.
Definition ring_closed_form_checked : ring_closed_form_statement := @TransferMatrix.ring_closed_form.

Definition TransferMatrix_bundle :=
  (ring_sum_trace_checked,
   ring_trace_checked,
   transfer_squared_checked,
   transfer_power_checked,
   ring_closed_form_checked).
Locate TransferMatrix_bundle.
Print Assumptions TransferMatrix_bundle.

(* theories/Marginalization.v *)

Definition marginal_hamiltonian_weight_checked : marginal_hamiltonian_weight_statement := @Marginalization.marginal_hamiltonian_weight.
Definition marginal_hamiltonian_partition_checked : marginal_hamiltonian_partition_statement := @Marginalization.marginal_hamiltonian_partition.
Definition marginal_steps_compose_checked : marginal_steps_compose_statement := @Marginalization.marginal_steps_compose.
Definition marginal_means_checked : marginal_means_statement := @Marginalization.marginal_means.
Definition marginal_means_functional_checked : marginal_means_functional_statement := @Marginalization.marginal_means_functional.

Definition Marginalization_bundle :=
  (marginal_hamiltonian_weight_checked,
   marginal_hamiltonian_partition_checked,
   marginal_steps_compose_checked,
   marginal_means_checked,
   marginal_means_functional_checked).
Locate Marginalization_bundle.
Print Assumptions Marginalization_bundle.

(* theories/GaussianDBM.v *)

Definition gauss_complete_square_checked : gauss_complete_square_statement := @GaussianDBM.gauss_complete_square.
Definition gauss_functional_checked : gauss_functional_statement := @GaussianDBM.gauss_functional.
Definition dbm_energy_split_checked : dbm_energy_split_statement := @GaussianDBM.dbm_energy_split.
Definition dbm_energy_split_printed_iff_checked : dbm_energy_split_printed_iff_statement := @GaussianDBM.dbm_energy_split_printed_iff.
Definition ham_xy_eq_checked : ham_xy_eq_statement := @GaussianDBM.ham_xy_eq.
Definition f_printed_iff_checked : f_printed_iff_statement := @GaussianDBM.f_printed_iff.
Definition cgf_eq_checked : cgf_eq_statement := @GaussianDBM.cgf_eq.
Definition cgf_printed_checked : cgf_printed_statement := @GaussianDBM.cgf_printed.
Definition cgf_printed_iff_checked : cgf_printed_iff_statement := @GaussianDBM.cgf_printed_iff.
Definition cgf_at_coupling_checked : cgf_at_coupling_statement := @GaussianDBM.cgf_at_coupling.
Definition ham_xy_cgf_checked : ham_xy_cgf_statement := @GaussianDBM.ham_xy_cgf.
Definition ham_xy_cgf_printed_iff_checked : ham_xy_cgf_printed_iff_statement := @GaussianDBM.ham_xy_cgf_printed_iff.
Definition cumulant_expansion_at_coupling_checked : cumulant_expansion_at_coupling_statement := @GaussianDBM.cumulant_expansion_at_coupling.
Definition ham_xy_cumulants_checked : ham_xy_cumulants_statement := @GaussianDBM.ham_xy_cumulants.
Definition ham_xy_exponent_checked : ham_xy_exponent_statement := @GaussianDBM.ham_xy_exponent.
Definition ham_x_eq_checked : ham_x_eq_statement := @GaussianDBM.ham_x_eq.
Definition ham_x_is_integral_checked : ham_x_is_integral_statement := @GaussianDBM.ham_x_is_integral.
Definition marginal_x_exponent_checked : marginal_x_exponent_statement := @GaussianDBM.marginal_x_exponent.
Definition ham_x_printed_sign_iff_checked : ham_x_printed_sign_iff_statement := @GaussianDBM.ham_x_printed_sign_iff.
Definition g_printed18_iff_checked : g_printed18_iff_statement := @GaussianDBM.g_printed18_iff.
Definition g_printed22_opposite_checked : g_printed22_opposite_statement := @GaussianDBM.g_printed22_opposite.
Definition cgf_at_half_inverse_checked : cgf_at_half_inverse_statement := @GaussianDBM.cgf_at_half_inverse.
Definition ham_x_cgf_checked : ham_x_cgf_statement := @GaussianDBM.ham_x_cgf.
Definition joint_determinant_checked : joint_determinant_statement := @GaussianDBM.joint_determinant.
Definition determinant_order_checked : determinant_order_statement := @GaussianDBM.determinant_order.
Definition joint_elimination_checked : joint_elimination_statement := @GaussianDBM.joint_elimination.
Definition joint_exponent_checked : joint_exponent_statement := @GaussianDBM.joint_exponent.

Definition GaussianDBM_bundle :=
  (gauss_complete_square_checked,
   gauss_functional_checked,
   dbm_energy_split_checked,
   dbm_energy_split_printed_iff_checked,
   ham_xy_eq_checked,
   f_printed_iff_checked,
   cgf_eq_checked,
   cgf_printed_checked,
   cgf_printed_iff_checked,
   cgf_at_coupling_checked,
   ham_xy_cgf_checked,
   ham_xy_cgf_printed_iff_checked,
   cumulant_expansion_at_coupling_checked,
   ham_xy_cumulants_checked,
   ham_xy_exponent_checked,
   ham_x_eq_checked,
   ham_x_is_integral_checked,
   marginal_x_exponent_checked,
   ham_x_printed_sign_iff_checked,
   g_printed18_iff_checked,
   g_printed22_opposite_checked,
   cgf_at_half_inverse_checked,
   ham_x_cgf_checked,
   joint_determinant_checked,
   determinant_order_checked,
   joint_elimination_checked,
   joint_exponent_checked).
Locate GaussianDBM_bundle.
Print Assumptions GaussianDBM_bundle.

(* theories/BlockRG.v *)

Definition block_weight_split_checked : block_weight_split_statement := @BlockRG.block_weight_split.
Definition block_Z0_product_checked : block_Z0_product_statement := @BlockRG.block_Z0_product.
Definition block_Z0_power_checked : block_Z0_power_statement := @BlockRG.block_Z0_power.
Definition block_pH_distribution_checked : block_pH_distribution_statement := @BlockRG.block_pH_distribution.
Definition block_bayes_checked : block_bayes_statement := @BlockRG.block_bayes.
Definition block_p0_product_checked : block_p0_product_statement := @BlockRG.block_p0_product.
Definition block_weight_mean_checked : block_weight_mean_statement := @BlockRG.block_weight_mean.
Definition block_cond0_distribution_checked : block_cond0_distribution_statement := @BlockRG.block_cond0_distribution.
Definition block_hamiltonian_checked : block_hamiltonian_statement := @BlockRG.block_hamiltonian.
Definition block_weight_total_checked : block_weight_total_statement := @BlockRG.block_weight_total.
Definition block_marginal_checked : block_marginal_statement := @BlockRG.block_marginal.
Definition block_full_marginal_iff_checked : block_full_marginal_iff_statement := @BlockRG.block_full_marginal_iff.
Definition block_Zb_product_checked : block_Zb_product_statement := @BlockRG.block_Zb_product.

Definition BlockRG_bundle :=
  (block_weight_split_checked,
   block_Z0_product_checked,
   block_Z0_power_checked,
   block_pH_distribution_checked,
   block_bayes_checked,
   block_p0_product_checked,
   block_weight_mean_checked,
   block_cond0_distribution_checked,
   block_hamiltonian_checked,
   block_weight_total_checked,
   block_marginal_checked,
   block_full_marginal_iff_checked,
   block_Zb_product_checked).
Locate BlockRG_bundle.
Print Assumptions BlockRG_bundle.

(* theories/Inequalities.v *)

Definition jensen_expo_checked : jensen_expo_statement := @Inequalities.jensen_expo.
Definition log_sum_checked : log_sum_statement := @Inequalities.log_sum.
Definition kl_ge0_checked : kl_ge0_statement := @Inequalities.kl_ge0.
Definition kl_eq0_checked : kl_eq0_statement := @Inequalities.kl_eq0.
Definition data_processing_checked : data_processing_statement := @Inequalities.data_processing.
Definition jensen_ln_checked : jensen_ln_statement := @Inequalities.jensen_ln.
Definition kl_joint_factorized_checked : kl_joint_factorized_statement := @Inequalities.kl_joint_factorized.
Definition mutual_information_ge0_checked : mutual_information_ge0_statement := @Inequalities.mutual_information_ge0.
Definition mutual_information_eq0_checked : mutual_information_eq0_statement := @Inequalities.mutual_information_eq0.
Definition gibbs_bogoliubov_checked : gibbs_bogoliubov_statement := @Inequalities.gibbs_bogoliubov.
Definition variational_free_energy_checked : variational_free_energy_statement := @Inequalities.variational_free_energy.
Definition kadanoff_moving_bound_checked : kadanoff_moving_bound_statement := @Inequalities.kadanoff_moving_bound.
Definition kadanoff_lower_bound_checked : kadanoff_lower_bound_statement := @Inequalities.kadanoff_lower_bound.

Definition Inequalities_bundle :=
  (jensen_expo_checked,
   log_sum_checked,
   kl_ge0_checked,
   kl_eq0_checked,
   data_processing_checked,
   jensen_ln_checked,
   kl_joint_factorized_checked,
   mutual_information_ge0_checked,
   mutual_information_eq0_checked,
   gibbs_bogoliubov_checked,
   variational_free_energy_checked,
   kadanoff_moving_bound_checked,
   kadanoff_lower_bound_checked).
Locate Inequalities_bundle.
Print Assumptions Inequalities_bundle.

(* theories/Walsh.v *)

Definition walsh_orthogonal_checked : walsh_orthogonal_statement := @Walsh.walsh_orthogonal.
Definition walsh_complete_checked : walsh_complete_statement := @Walsh.walsh_complete.
Definition walsh_expansion_checked : walsh_expansion_statement := @Walsh.walsh_expansion.
Definition walsh_unique_checked : walsh_unique_statement := @Walsh.walsh_unique.
Definition hamiltonian_expansion_checked : hamiltonian_expansion_statement := @Walsh.hamiltonian_expansion.

Definition Walsh_bundle :=
  (walsh_orthogonal_checked,
   walsh_complete_checked,
   walsh_expansion_checked,
   walsh_unique_checked,
   hamiltonian_expansion_checked).
Locate Walsh_bundle.
Print Assumptions Walsh_bundle.

(* theories/Stationarity.v *)

Definition balance_stationary_checked : balance_stationary_statement := @Stationarity.balance_stationary.
Definition stationary_compose_checked : stationary_compose_statement := @Stationarity.stationary_compose.
Definition balance_mixture_checked : balance_mixture_statement := @Stationarity.balance_mixture.
Definition metropolis_balance_checked : metropolis_balance_statement := @Stationarity.metropolis_balance.
Definition metropolis_kernel_checked : metropolis_kernel_statement := @Stationarity.metropolis_kernel.
Definition metropolis_stationary_checked : metropolis_stationary_statement := @Stationarity.metropolis_stationary.
Definition heat_bath_balance_checked : heat_bath_balance_statement := @Stationarity.heat_bath_balance.
Definition heat_bath_kernel_checked : heat_bath_kernel_statement := @Stationarity.heat_bath_kernel.
Definition heat_bath_stationary_checked : heat_bath_stationary_statement := @Stationarity.heat_bath_stationary.
Definition gibbs_h_balance_checked : gibbs_h_balance_statement := @Stationarity.gibbs_h_balance.
Definition gibbs_v_balance_checked : gibbs_v_balance_statement := @Stationarity.gibbs_v_balance.
Definition gibbs_sweep_stationary_checked : gibbs_sweep_stationary_statement := @Stationarity.gibbs_sweep_stationary.
Definition gibbs_visible_balance_checked : gibbs_visible_balance_statement := @Stationarity.gibbs_visible_balance.
Definition gibbs_visible_stationary_checked : gibbs_visible_stationary_statement := @Stationarity.gibbs_visible_stationary.

Definition Stationarity_bundle :=
  (balance_stationary_checked,
   stationary_compose_checked,
   balance_mixture_checked,
   metropolis_balance_checked,
   metropolis_kernel_checked,
   metropolis_stationary_checked,
   heat_bath_balance_checked,
   heat_bath_kernel_checked,
   heat_bath_stationary_checked,
   gibbs_h_balance_checked,
   gibbs_v_balance_checked,
   gibbs_sweep_stationary_checked,
   gibbs_visible_balance_checked,
   gibbs_visible_stationary_checked).
Locate Stationarity_bundle.
Print Assumptions Stationarity_bundle.

(* theories/RbmConditionals.v *)

Definition hidden_on_logistic_checked : hidden_on_logistic_statement := @RbmConditionals.hidden_on_logistic.
Definition visible_on_logistic_checked : visible_on_logistic_statement := @RbmConditionals.visible_on_logistic.
Definition hidden_mean_tanh_checked : hidden_mean_tanh_statement := @RbmConditionals.hidden_mean_tanh.
Definition visible_mean_tanh_checked : visible_mean_tanh_statement := @RbmConditionals.visible_mean_tanh.
Definition hidden_on_never_tanh_checked : hidden_on_never_tanh_statement := @RbmConditionals.hidden_on_never_tanh.
Definition visible_on_never_tanh_checked : visible_on_never_tanh_statement := @RbmConditionals.visible_on_never_tanh.
Definition model_h_mean_checked : model_h_mean_statement := @RbmConditionals.model_h_mean.
Definition model_v_mean_checked : model_v_mean_statement := @RbmConditionals.model_v_mean.
Definition model_vh_mean_checked : model_vh_mean_statement := @RbmConditionals.model_vh_mean.
Definition data_vh_tanh_checked : data_vh_tanh_statement := @RbmConditionals.data_vh_tanh.
Definition data_h_tanh_checked : data_h_tanh_statement := @RbmConditionals.data_h_tanh.
Definition data_v_mean_checked : data_v_mean_statement := @RbmConditionals.data_v_mean.

Definition RbmConditionals_bundle :=
  (hidden_on_logistic_checked,
   visible_on_logistic_checked,
   hidden_mean_tanh_checked,
   visible_mean_tanh_checked,
   hidden_on_never_tanh_checked,
   visible_on_never_tanh_checked,
   model_h_mean_checked,
   model_v_mean_checked,
   model_vh_mean_checked,
   data_vh_tanh_checked,
   data_h_tanh_checked,
   data_v_mean_checked).
Locate RbmConditionals_bundle.
Print Assumptions RbmConditionals_bundle.

(* theories/KLGradient.v *)

Definition is_derive_unique_checked : is_derive_unique_statement := @KLGradient.is_derive_unique.
Definition kl_gradient_checked : kl_gradient_statement := @KLGradient.kl_gradient.
Definition kl_gradient_W_checked : kl_gradient_W_statement := @KLGradient.kl_gradient_W.
Definition kl_gradient_visible_bias_checked : kl_gradient_visible_bias_statement := @KLGradient.kl_gradient_visible_bias.
Definition kl_gradient_hidden_bias_checked : kl_gradient_hidden_bias_statement := @KLGradient.kl_gradient_hidden_bias.
Definition kl_gradient_W_printed_iff_checked : kl_gradient_W_printed_iff_statement := @KLGradient.kl_gradient_W_printed_iff.
Definition kl_gradient_visible_bias_printed_iff_checked : kl_gradient_visible_bias_printed_iff_statement := @KLGradient.kl_gradient_visible_bias_printed_iff.
Definition kl_gradient_hidden_bias_printed_iff_checked : kl_gradient_hidden_bias_printed_iff_statement := @KLGradient.kl_gradient_hidden_bias_printed_iff.

Definition KLGradient_bundle :=
  (is_derive_unique_checked,
   kl_gradient_checked,
   kl_gradient_W_checked,
   kl_gradient_visible_bias_checked,
   kl_gradient_hidden_bias_checked,
   kl_gradient_W_printed_iff_checked,
   kl_gradient_visible_bias_printed_iff_checked,
   kl_gradient_hidden_bias_printed_iff_checked).
Locate KLGradient_bundle.
Print Assumptions KLGradient_bundle.

(* theories/Cumulants.v *)

Definition cumulants_unique_checked : cumulants_unique_statement := @Cumulants.cumulants_unique.
Definition moments_unique_checked : moments_unique_statement := @Cumulants.moments_unique.
Definition cumulants_scale_checked : cumulants_scale_statement := @Cumulants.cumulants_scale.
Definition first_cumulants_checked : first_cumulants_statement := @Cumulants.first_cumulants.
Definition gaussian_cumulants_iff_checked : gaussian_cumulants_iff_statement := @Cumulants.gaussian_cumulants_iff.
Definition cumulants_series_checked : cumulants_series_statement := @Cumulants.cumulants_series.

Definition Cumulants_bundle :=
  (cumulants_unique_checked,
   moments_unique_checked,
   cumulants_scale_checked,
   first_cumulants_checked,
   gaussian_cumulants_iff_checked,
   cumulants_series_checked).
Locate Cumulants_bundle.
Print Assumptions Cumulants_bundle.

(* theories/counterexamples/MehtaSchwabFails.v *)

Definition eq61_zero_without_unit_sum_checked : eq61_zero_without_unit_sum_statement := @MehtaSchwabFails.eq61_zero_without_unit_sum.
Definition eq61_takes_every_value_checked : eq61_takes_every_value_statement := @MehtaSchwabFails.eq61_takes_every_value.
Definition eq61_negative_checked : eq61_negative_statement := @MehtaSchwabFails.eq61_negative.
Definition rg_printed_sign_fails_checked : rg_printed_sign_fails_statement := @MehtaSchwabFails.rg_printed_sign_fails.
Definition eq61_plus_sign_fails_checked : eq61_plus_sign_fails_statement := @MehtaSchwabFails.eq61_plus_sign_fails.
Definition effective_hamiltonian_without_minus_fails_checked : effective_hamiltonian_without_minus_fails_statement := @MehtaSchwabFails.effective_hamiltonian_without_minus_fails.
Definition layer_free_energies_printed_fail_checked : layer_free_energies_printed_fail_statement := @MehtaSchwabFails.layer_free_energies_printed_fail.
Definition joint_hamiltonian_minus_fails_checked : joint_hamiltonian_minus_fails_statement := @MehtaSchwabFails.joint_hamiltonian_minus_fails.

Definition MehtaSchwabFails_bundle :=
  (eq61_zero_without_unit_sum_checked,
   eq61_takes_every_value_checked,
   eq61_negative_checked,
   rg_printed_sign_fails_checked,
   eq61_plus_sign_fails_checked,
   effective_hamiltonian_without_minus_fails_checked,
   layer_free_energies_printed_fail_checked,
   joint_hamiltonian_minus_fails_checked).
Locate MehtaSchwabFails_bundle.
Print Assumptions MehtaSchwabFails_bundle.

(* theories/counterexamples/GaussianFails.v *)

Definition zz_without_half_fails_checked : zz_without_half_fails_statement := @GaussianFails.zz_without_half_fails.
Definition B2_index_order_fails_checked : B2_index_order_fails_statement := @GaussianFails.B2_index_order_fails.
Definition f_printed_fails_checked : f_printed_fails_statement := @GaussianFails.f_printed_fails.
Definition q_printed_fails_checked : q_printed_fails_statement := @GaussianFails.q_printed_fails.
Definition ham_xy_without_coupling_fails_checked : ham_xy_without_coupling_fails_statement := @GaussianFails.ham_xy_without_coupling_fails.
Definition one_minus_det_fails_checked : one_minus_det_fails_statement := @GaussianFails.one_minus_det_fails.
Definition g_printed18_determinant_fails_checked : g_printed18_determinant_fails_statement := @GaussianFails.g_printed18_determinant_fails.
Definition g_printed18_power_fails_checked : g_printed18_power_fails_statement := @GaussianFails.g_printed18_power_fails.
Definition g_printed18_one_unit_checked : g_printed18_one_unit_statement := @GaussianFails.g_printed18_one_unit.
Definition g_printed22_fails_checked : g_printed22_fails_statement := @GaussianFails.g_printed22_fails.
Definition ham_x_plus_sign_fails_checked : ham_x_plus_sign_fails_statement := @GaussianFails.ham_x_plus_sign_fails.

Definition GaussianFails_bundle :=
  (zz_without_half_fails_checked,
   B2_index_order_fails_checked,
   f_printed_fails_checked,
   q_printed_fails_checked,
   ham_xy_without_coupling_fails_checked,
   one_minus_det_fails_checked,
   g_printed18_determinant_fails_checked,
   g_printed18_power_fails_checked,
   g_printed18_one_unit_checked,
   g_printed22_fails_checked,
   ham_x_plus_sign_fails_checked).
Locate GaussianFails_bundle.
Print Assumptions GaussianFails_bundle.

(* theories/counterexamples/BlockFails.v *)

Definition block_full_marginal_fails_checked : block_full_marginal_fails_statement := @BlockFails.block_full_marginal_fails.
Definition block_Zb_product_fails_checked : block_Zb_product_fails_statement := @BlockFails.block_Zb_product_fails.

Definition BlockFails_bundle :=
  (block_full_marginal_fails_checked,
   block_Zb_product_fails_checked).
Locate BlockFails_bundle.
Print Assumptions BlockFails_bundle.

(* theories/counterexamples/RbmFails.v *)

Definition model_h_printed_fails_checked : model_h_printed_fails_statement := @RbmFails.model_h_printed_fails.
Definition model_v_printed_fails_checked : model_v_printed_fails_statement := @RbmFails.model_v_printed_fails.
Definition model_vh_printed_fails_checked : model_vh_printed_fails_statement := @RbmFails.model_vh_printed_fails.
Definition model_vh_tanh_tanh_fails_checked : model_vh_tanh_tanh_fails_statement := @RbmFails.model_vh_tanh_tanh_fails.

Definition RbmFails_bundle :=
  (model_h_printed_fails_checked,
   model_v_printed_fails_checked,
   model_vh_printed_fails_checked,
   model_vh_tanh_tanh_fails_checked).
Locate RbmFails_bundle.
Print Assumptions RbmFails_bundle.

(* theories/RealInstance.v *)

Definition real_exponential_is_exp_checked : real_exponential_is_exp_statement := @RealInstance.real_exponential_is_exp.

Definition RealInstance_bundle :=
  (real_exponential_is_exp_checked).
Locate RealInstance_bundle.
Print Assumptions RealInstance_bundle.
